#!/usr/bin/env bash
# Publishes the layer that build.sh has built: uploads layer.zip to S3 and makes
# of it the next version of the environment's layer, by the aws CLI.
#
#	functions/layer/deploy.sh [--app NAME] [--bucket NAME] [--output FOLDER] ENVIRONMENT
#
# ENVIRONMENT is dev or prod.  The layer is ENVIRONMENT-APP-lambdalayer-postgres, or
# ...-kits where it has the kits alone (APP is lambda-fdw), the bucket
# serverless-ACCOUNT, the folder where build.sh left the layer
# functions/layer/build.  Region and credentials are the CLI's.
#
# Prints the upload, the layer version as JSON, and the lines that a function of
# a SAM template uses it by.
#
# IDENTIFICATION
#   functions/layer/deploy.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment=""
app=lambda-fdw
bucket=""
output=$here/build

die()
{
	printf '%s\n' "$*" >&2
	exit 1
}

usage()
{
	[ $# = 0 ] || printf '%s\n' "$*" >&2
	printf '%s\n' "usage: functions/layer/deploy.sh" \
		"           [--app NAME] [--bucket NAME] [--output FOLDER] dev|prod" >&2
	exit 2
}

read_arguments()
{
	while [ $# != 0 ]; do
		case $1 in
			--app | --bucket | --output)
				[ -n "${2-}" ] || usage "$1 needs a value."
				declare -g "${1#--}=$2"
				shift
				;;
			dev | prod)
				[ -z "$environment" ] || usage "One environment at a time."
				environment=$1
				;;
			*) usage "$1: neither an environment nor an argument." ;;
		esac
		shift
	done
	[ -n "$environment" ] || usage
	[[ $app =~ ^[A-Za-z0-9_-]+$ ]] ||
		usage "--app $app: a layer's name has letters, digits, - and _ only."
}

# Prints a value of layer.info.
info()
{
	sed -n "s/^$1: //p" "$output/layer.info"
}

read_arguments "$@"
command -v aws >/dev/null || die "There is no aws CLI (Debian's awscli)."
if [ ! -f "$output/layer.zip" ] || [ ! -f "$output/layer.info" ]; then
	die "There is no layer in $output: run functions/layer/build.sh first."
fi
output=$(cd "$output" && pwd)
read -ra runtimes <<<"$(info runtimes)"
[ ${#runtimes[@]} != 0 ] ||
	die "The layer in $output was built with --local, for the machine that" \
		"built it: run functions/layer/build.sh without."
read -ra architectures <<<"$(info architecture)"

if [ -z "$bucket" ]; then
	account=$(aws sts get-caller-identity --query Account --output text)
	bucket=serverless-$account
fi
name=$environment-$app-lambdalayer-$(info layer)
key=$name/layer.zip

cd "$output"
aws s3 cp layer.zip "s3://$bucket/$key" --no-progress
version=$(aws lambda publish-layer-version --layer-name "$name" \
	--description "$(info description)" \
	--content "S3Bucket=$bucket,S3Key=$key" \
	--compatible-runtimes "${runtimes[@]}" \
	--compatible-architectures "${architectures[@]/aarch64/arm64}" --output json)
printf '%s\n' "$version"
arn=$(sed -n 's/.*"LayerVersionArn": *"\([^"]*\)".*/\1/p' <<<"$version")
[ -n "$arn" ] || die "Lambda's answer has no LayerVersionArn."
printf '%s\n' "" "Layers:" "  - $arn"
