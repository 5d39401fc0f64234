output "function_arn" {
  description = "The function's ARN."
  value       = aws_lambda_function.this.arn
}

output "policy_arn" {
  description = "The policy by which it may be called, for further users and roles."
  value       = aws_iam_policy.database.arn
}

output "create_access_key" {
  description = "In a shell, makes the key for the user mapping and prints it, once; null where the database has a role."
  value       = var.database_principal == "" ? "aws iam create-access-key --user-name ${aws_iam_user.database[0].name}" : null
}

output "statements" {
  description = "In psql, behind CREATE EXTENSION lambda_fdw; with the values of the access key where there is one."
  value       = <<-END
    CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region '${local.region}');
    CREATE USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (${local.keys});
    IMPORT FOREIGN SCHEMA "${var.function_name}" FROM SERVER aws INTO public OPTIONS (function_arn '${aws_lambda_function.this.arn}');
  END
}

locals {
  keys = (var.database_principal == ""
    ? "aws_access_key_id 'AccessKeyId', aws_secret_access_key 'SecretAccessKey'"
  : "role_arn '${aws_iam_role.database[0].arn}', use_ambient_credentials 'true'")
}
