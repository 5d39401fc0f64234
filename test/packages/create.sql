-- What scripts/packages runs once a package is installed and lambda_fdw created; the
-- variable "endpoint" is the test endpoint's URL.

\set ON_ERROR_STOP on

CREATE EXTENSION aws_commons;
CREATE EXTENSION aws_lambda;
CREATE EXTENSION aws_s3;
CREATE EXTENSION aws_ml;

CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER aws
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE',
           aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE zones (
  name    text OPTIONS (pushdown '=, in'),
  country text OPTIONS (pushdown '=, in')
) SERVER aws OPTIONS (function_arn 'zones');
