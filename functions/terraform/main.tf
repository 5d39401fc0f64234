# A function that describes itself, with what PostgreSQL needs to call it.  Its kit
# is packed beside the handler, out of this checkout: there is nothing to build.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.2"
    }
  }
}

locals {
  languages = {
    python = {
      runtime = "python3.13"
      handler = "app.lambda_handler"
      sources = "**/*.py"
      kit     = "${path.module}/../python/lambda_fdw"
      files   = ["**/*.py"]
      place   = "lambda_fdw"
    }
    node = {
      runtime = "nodejs22.x"
      handler = "index.handler"
      sources = "**/*.{mjs,cjs,js,json}"
      kit     = "${path.module}/../node"
      files   = ["package.json", "src/**"]
      place   = "node_modules/lambda-fdw"
    }
  }
  language = local.languages[var.language]
  code     = var.code == null ? "${path.module}/../examples/kit_orders" : var.code

  # Of the archive: what each file is called there, and where it is here.
  files = merge(
    { for name in fileset(local.code, local.language.sources) : name => "${local.code}/${name}" },
    { for name in setunion([for files in local.language.files : fileset(local.language.kit, files)]...) :
    "${local.language.place}/${name}" => "${local.language.kit}/${name}" },
  )

  # arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME
  arn    = split(":", aws_lambda_function.this.arn)
  region = local.arn[3]
}

data "archive_file" "code" {
  type        = "zip"
  output_path = "${path.root}/.terraform/${var.function_name}.zip"

  dynamic "source" {
    for_each = local.files

    content {
      filename = source.key
      content  = file(source.value)
    }
  }
}

resource "aws_lambda_function" "this" {
  function_name    = var.function_name
  description      = "Orders, as a table of lambda_fdw"
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  runtime          = local.language.runtime
  handler          = local.language.handler
  memory_size      = 256
  timeout          = 30
  role             = aws_iam_role.function.arn
  tags             = { lambda_fdw = "true" }

  depends_on = [aws_iam_role_policy.logs]
}

# The role may not make a log group: this is the function's, with an end to what it
# keeps.
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "function" {
  name_prefix = "lambda_fdw-"
  description = "What the function ${var.function_name} may do"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.function.arn}:*"
    }]
  })
}

resource "aws_iam_policy" "database" {
  name_prefix = "lambda_fdw-"
  description = "To call ${var.function_name}, in any version"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [aws_lambda_function.this.arn, "${aws_lambda_function.this.arn}:*"]
      }],
      # Lambda lists all functions or none: no resource narrows it.
      [for action, resource in {
        "lambda:ListFunctions" = "*"
        "lambda:ListTags"      = "${join(":", slice(local.arn, 0, 6))}:${var.import_prefix}*"
        } : {
        Effect   = "Allow"
        Action   = [action]
        Resource = [resource]
      } if var.import_prefix != ""],
    )
  })
}

resource "aws_iam_user" "database" {
  count = var.database_principal == "" ? 1 : 0
  name  = var.function_name
}

resource "aws_iam_user_policy_attachment" "database" {
  count      = var.database_principal == "" ? 1 : 0
  user       = aws_iam_user.database[0].name
  policy_arn = aws_iam_policy.database.arn
}

resource "aws_iam_role" "database" {
  count       = var.database_principal == "" ? 0 : 1
  name_prefix = "lambda_fdw-"
  description = "What PostgreSQL's user mapping assumes"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.database_principal }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "database" {
  count      = var.database_principal == "" ? 0 : 1
  role       = aws_iam_role.database[0].name
  policy_arn = aws_iam_policy.database.arn
}
