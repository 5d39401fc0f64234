variable "function_name" {
  type        = string
  default     = "kit_orders"
  description = "The function's name."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,63}$", var.function_name))
    error_message = "A function's name has up to 63 letters, digits, - and _."
  }
}

variable "language" {
  type        = string
  default     = "python"
  description = "Of the handler: python, app.lambda_handler; or node, index.handler."

  validation {
    condition     = contains(["python", "node"], var.language)
    error_message = "The language is python or node."
  }
}

variable "code" {
  type        = string
  default     = null
  description = "Folder of the handler: app.py or index.mjs, and what it needs beside the kit. By default functions/examples/kit_orders."
}

variable "database_principal" {
  type        = string
  default     = ""
  description = "ARN of the role or user that the database server's machine has: a role is made that it may assume. Empty: a user is made, whose access key goes into the user mapping."

  validation {
    condition     = can(regex("^(|arn:[a-z-]+:iam::[0-9]{12}:(role|user)/.+)$", var.database_principal))
    error_message = "The database's principal is the ARN of an IAM role or user, or empty."
  }
}

variable "import_prefix" {
  type        = string
  default     = ""
  description = "What the names of functions begin with that IMPORT FOREIGN SCHEMA \"prefix*\" may list. Empty: it lists none."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{0,63}$", var.import_prefix))
    error_message = "A prefix has up to 63 letters, digits, - and _."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 14
  description = "How long the function's log is kept."
}
