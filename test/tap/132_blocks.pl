# README.md, docs/cache.md, docs/credentials.md, docs/import.md, docs/joins.md,
# docs/types.md and docs/writing.md, functions/conformance/README.md, and those of
# examples, layer, node and terraform: their blocks run as they are written, each page's
# in order in a database of its own, and print what they show.  Functions are handlers
# that scripts/endpoint serves; programs that call AWS, install or take long have
# stand-ins, which note their arguments.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use File::Path qw(make_path);
use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $place = PostgreSQL::Test::Utils::tempdir();
my $json = JSON::PP->new->allow_nonref->allow_bignum->canonical;

sub write_file
{
	my ($name, $text) = @_;

	open(my $file, '>', "$name.new") or die "$name: $!";
	print $file $text;
	close($file) or die "$name: $!";
	rename("$name.new", $name) or die "$name: $!";
	return;
}

# ---------------------------------------------------------------------------
# What a reader has beside the page: functions, and tables of their own
# ---------------------------------------------------------------------------

my $described = <<'END';
def lambda_handler(event, context):
    if (event.get("lambda_fdw") or {}).get("operation") == "describe":
        return {"tables": [{"name": name, "columns": [{"name": "id", "type": "bigint"}]}
                           for name in %s]}
    return [{"id": 1}]
END
my %functions = (
	orders => <<'END',
import json
import os

PLACE = os.path.dirname(os.path.abspath(__file__))
ROWS = [{"id": n, "customer": n, "total": n, "address": {"city": "Oslo"}} for n in range(1, 10001)]

def lambda_handler(event, context):
    envelope = event.get("lambda_fdw") or {}
    if envelope.get("operation") == "describe":
        return {"tables": [{"name": "orders", "columns": [
            {"name": "id", "type": "bigint"}, {"name": "customer", "type": "bigint", "pushdown": "=, in"},
            {"name": "total", "type": "numeric"}, {"name": "city", "type": "text", "path": "/address/city"}]}]}
    if envelope.get("operation") == "insert":
        with open(os.path.join(PLACE, "received"), "w") as file:
            json.dump(event, file)
        return None
    for name in ("id", "customer"):
        if name in event:
            wanted = event[name] if isinstance(event[name], list) else [event[name]]
            return [ROWS[n - 1] for n in wanted if 0 < n <= len(ROWS)]
    return ROWS
END
	rates => <<'END',
def lambda_handler(event, context):
    bases = event.get("base", [])
    return [{"base": base, "rate": day, "day": "2026-01-0%d" % day}
            for base in bases for day in (1, 2)]
END
	'shop-a' => sprintf($described, '("orders", "items")'),
	'shop-b' => sprintf($described, '("returns",)'));
my %before = (
	'docs/cache.md' => "CREATE FOREIGN TABLE orders (id bigint OPTIONS (pushdown '=, in'), total numeric) SERVER aws OPTIONS (function_arn 'orders')",
	'docs/credentials.md' => 'CREATE ROLE app',
	'docs/joins.md' => <<'END',
CREATE FOREIGN TABLE orders (id bigint, customer bigint OPTIONS (pushdown '=, in'), total numeric) SERVER aws OPTIONS (function_arn 'orders');
CREATE TABLE customers (id bigint, name text);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 10000) n;
CREATE FOREIGN TABLE rates (base text OPTIONS (pushdown 'in', required 'true'), rate numeric, day date) SERVER aws OPTIONS (function_arn 'rates');
CREATE TABLE t (id int, base text);
INSERT INTO t VALUES (1, 'EUR'), (2, 'USD'), (3, NULL);
ANALYZE customers, t;
END
);

make_path("$place/functions");
write_file("$place/functions/$_.py", $functions{$_}) for keys %functions;
my $url = 'http://127.0.0.1:' . start_program('../../scripts/endpoint', '--functions', "$place/functions", '--reload');
my $node = start_server();

# ---------------------------------------------------------------------------
# SQL
# ---------------------------------------------------------------------------

# Runs SQL in a page's database, where the endpoint is in place of AWS; returns what
# psql prints, blanks at the ends of lines cut.
sub run_sql
{
	my ($database, $sql) = @_;
	my ($out, $err) = ('', '');

	$sql =~ s/(SERVER \w+ FOREIGN DATA WRAPPER lambda_fdw OPTIONS )\(region/$1(endpoint '$url', region/g;
	$sql =~ s/(aws_access_key_id) 'AKIA\.\.\.'/$1 '$access_key'/g;
	$sql =~ s/(aws_secret_access_key) '\.\.\.'/$1 '$secret_key'/g;
	IPC::Run::run [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=0', '-d', $node->connstr($database) ], '<', \$sql, '>', \$out, '2>', \$err;
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$out .= $err;
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\n+\z/\n/;
	return $out;
}

# A block of one query and its plan, "in short": each line that is shown has to be
# in the plan, in this order.
sub shows_plan
{
	my ($database, $block, $title) = @_;
	my ($query, @shown) = split /\n/, $block;
	my $plan = run_sql($database, $query);
	my $at = 0;

	foreach my $line (@shown)
	{
		my ($text) = $line =~ /^\s*(?:->\s*)?(.*?)\s*$/;

		$at = index($plan, $text, $at);
		ok($at >= 0, "$title: $text") or return diag $plan;
	}
	return;
}

# ---------------------------------------------------------------------------
# The shell
# ---------------------------------------------------------------------------

# A checkout with stand-ins for its scripts and for what is in PATH; a stand-in of
# a script takes what the script knows.
sub prepare_shell
{
	make_path("$place/bin", "$place/checkout");
	foreach my $program (qw(sudo apt-get make psql aws terraform zip python3 node))
	{
		write_file("$place/bin/$program",
			"#!/bin/sh\nprintf '%s\\n' \"$program \$*\" >>'$place/calls'\n"
			  . ($program eq 'sudo' ? "exec \"\$@\"\n" : $program eq 'psql' ? "echo 'psql (PostgreSQL) 16.4'\n" : ''));
		chmod(0755, "$place/bin/$program") or die;
	}
	return;
}

sub run_shell
{
	my ($page, $block) = @_;
	my ($folder) = $page =~ m{^(functions/(?:examples|terraform))/};
	my $output;

	foreach my $script ($block =~ m{^((?:scripts|functions)/[\w/.]+)}mg)
	{
		my ($options) = $block =~ m{^\Q$script\E([^#\n]*)}m;
		my $text = slurp_file("$root/$script");

		ok(-x "$root/$script", "$page: $script can be run");
		like($text, qr/\Q$_\E\b/, "$page: $script knows $_") for $options =~ /(--\w+)/g;
		make_path("$place/checkout/" . ($script =~ m{(.*)/})[0]);
		write_file("$place/checkout/$script", "#!/bin/sh\nprintf '%s\\n' \"$script \$*\" >>'$place/calls'\n");
		chmod(0755, "$place/checkout/$script") or die;
	}
	# files that the commands are given are there
	ok(-e ("$root/" . ($folder ? "$folder/" : '') . $_), "$page: $_ is there")
	  for grep { !/DIR|\.zip$/ } $block =~ m{(?<=[ =])((?:functions/[\w/]+|\w+\.(?:py|mjs|yml)))(?=\s|$)}mg;
	local $ENV{PATH} = "$place/bin:$ENV{PATH}";
	ok((IPC::Run::run [ 'bash', '-euc', "cd '$place/checkout'\n$block" ], '<', \undef, '>&', \$output), "$page: the commands run")
	  or diag $output;
	return;
}

# ---------------------------------------------------------------------------
# The pages
# ---------------------------------------------------------------------------

prepare_shell();
foreach my $page ('README.md', map({ "docs/$_.md" } qw(cache credentials import joins types writing)),
	map({ "functions/$_/README.md" } qw(conformance examples layer node terraform)))
{
	my $text = slurp_file("$root/$page");
	my $database = $page =~ s/\W/_/gr;
	my ($blocks, $printed) = (0, '');

	$node->safe_psql('postgres', "CREATE DATABASE \"$database\"");
	if ($page eq 'README.md')
	{
		$node->safe_psql($database, q{CREATE TABLE customers AS SELECT 3::bigint AS id, 'Ann' AS name});
	}
	else
	{
		my $made = run_sql($database, 'CREATE EXTENSION lambda_fdw;' . create_server('aws', $url) . ($before{$page} // ''));

		is($made, '', "$page: what the reader has");
	}
	while ($text =~ /^( *)```(\w+)\n(.*?)^ *```/msg)
	{
		my ($indent, $kind, $block) = ($1, $2, $3);

		$block =~ s/^$indent//mg;
		$blocks++;
		if ($kind eq 'sh') { run_shell($page, $block); }
		elsif ($kind eq 'sql' && $block =~ /^EXPLAIN .*\n /) { shows_plan($database, $block, $page); }
		elsif ($kind eq 'sql')
		{
			$printed = run_sql($database, $block);
			# an error that is shown is compared
			unlike($printed, qr/^(ERROR|WARNING|FATAL|psql:)/m, "$page: the SQL runs: " . ($block =~ /^(.*)/)[0])
			  unless substr($text, pos($text)) =~ /\A\s*```text\n(?:.*\n)*?ERROR/;
		}
		elsif ($kind eq 'text' && $printed ne '') { is($printed, $block =~ s/[ \t]+$//mgr, "$page: what it prints"); $printed = ''; }
		elsif ($kind eq 'python' && $block =~ s/\A# (\w+\.py)\n//) { write_file("$place/functions/$1", $block); }
		elsif ($kind eq 'python' && $page eq 'README.md')
		{
			# the function of the first table, which comes before it in time
			next unless $block =~ /^def lambda_handler/m;
			write_file("$place/functions/readme.py", $block);
			is( run_sql($database, q{\pset tuples_only
ALTER FOREIGN TABLE orders OPTIONS (SET function_arn 'readme');
SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer = c.id GROUP BY 1;}),
				" Ann  | 12.5\n", "$page: the function of the first table");
			run_sql($database, 'DROP FOREIGN TABLE orders');
		}
	}
	cmp_ok($blocks, '>', 0, "$page: has blocks");
}

# What an INSERT of docs/writing.md sends is what the page shows.
my ($shown) = slurp_file("$root/docs/writing.md") =~ /^```json\n(.*?)^```/ms;
my ($wanted, $received) = map { $json->decode($_) } $shown, slurp_file("$place/functions/received");
like(delete $_->{lambda_fdw}{batch_id}, qr/^[0-9a-f]{32}-\d+$/, 'docs/writing.md: an id of a batch') for $wanted, $received;
is($json->encode($received), $json->encode($wanted), 'docs/writing.md: what INSERT sends');

# README.md's commands for the machine are those of a build, and name what it needs.
my $calls = slurp_file("$place/calls");
like($calls, qr/^$_$/m, "called: $_") for 'apt-get update', 'make -j\d+', 'make install', 'make installcheck';
like($calls, qr/^apt-get install .*postgresql-server-dev-16 .*libcurl4-openssl-dev libjson-c-dev libssl-dev zlib1g-dev/m, 'what it needs, for the release of the server');

$node->stop;
done_testing();
