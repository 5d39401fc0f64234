/* compat/aws_commons--1.1--1.2.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION aws_commons UPDATE TO '1.2'" to load this file. \quit

-- RDS has had the versions 1.0, 1.1 and 1.2.  What is here is the same in all.
