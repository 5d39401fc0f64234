-- Servers that are moto's S3, one with another secret, and what is exported.
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
CREATE EXTENSION aws_s3 CASCADE;
CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_s3 OPTIONS (aws_access_key_id :'key', aws_secret_access_key :'secret');
CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER wrong OPTIONS (aws_access_key_id :'key', aws_secret_access_key 'wrong');

CREATE TABLE goods (id int PRIMARY KEY, name text, price numeric);
INSERT INTO goods SELECT n, CASE WHEN n % 7 > 0 THEN E'ware "' || n || E'" é\n☃' END, n * 1.25 FROM generate_series(1, 1000) n;
CREATE TABLE goods_back (LIKE goods);
-- 20 MB, which go in parts
CREATE VIEW many AS SELECT n AS id, repeat(md5(n::text), 6) AS text FROM generate_series(1, 100000) n;
CREATE TABLE many_back (id int, text text);
