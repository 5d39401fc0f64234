# Local development: scripts/endpoint serves a folder of handlers, which are
# edited while a session reads them; and what docs/emulators.md shows of it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $folder = PostgreSQL::Test::Utils::tempdir();

# Writes a handler, so that it is there whole or not at all.
sub write_handler
{
	my ($name, $text) = @_;

	open(my $file, '>', "$folder/.new") or die "no $name: $!";
	print $file $text;
	close($file);
	rename("$folder/.new", "$folder/$name") or die "no $name: $!";
	return;
}

# What scripts/endpoint prints before its first call, and its URL.
sub start_local
{
	my @arguments = @_;
	my $port = start_program('../../scripts/endpoint', @arguments);

	return "http://127.0.0.1:$port";
}

write_handler('goods.py', <<'END');
GOODS = [{"id": n, "name": "thing %d" % n} for n in (1, 2, 3)]

def lambda_handler(event, context):
    print("asked for", event.get("id"))
    return [row for row in GOODS if event.get("id") in (None, row["id"])]
END

my $url = start_local('--functions', $folder, '--reload');
my $node = start_server();
$node->safe_psql('postgres',
	    create_outcome()
	  . create_server('mine', $url)
	  . create_function('mine', 'goods',
		columns => "id int OPTIONS (pushdown '='), name text")
	  . create_function('mine', 'prices', columns => 'id int, price numeric'));
my $session = open_session($node);

is($session->query('SELECT * FROM goods ORDER BY id'),
	"1|thing 1\n2|thing 2\n3|thing 3", 'a handler of the folder');
is($session->query('SELECT name FROM goods WHERE id = 2'),
	'thing 2', 'is sent the condition');

# ---------------------------------------------------------------------------
# Edited
# ---------------------------------------------------------------------------

write_handler('goods.py', <<'END');
def lambda_handler(event, context):
    return [{"id": 7, "name": "edited"}]
END
is($session->query('SELECT * FROM goods'), '7|edited', 'edited, the next call');

write_handler('goods.py', "def lambda_handler(event, context)\n    return []\n");
my $outcome = outcome_of($session, 'SELECT * FROM goods');
is($outcome->{sqlstate}, '38000', 'broken by an edit: an error');
like("$outcome->{message} $outcome->{detail}", qr/Syntax error in module 'goods'.*goods\.py, line 1/,
	'which names file and line');

write_handler('goods.py', <<'END');
def lambda_handler(event, context):
    return {"id": 1 / 0}
END
$outcome = outcome_of($session, 'SELECT * FROM goods');
is($outcome->{sqlstate}, '38000', 'a handler that raises');
like("$outcome->{message} $outcome->{detail}", qr/division by zero/, 'is an error in its words');

write_handler('goods.py', <<'END');
def lambda_handler(event, context):
    return [{"id": 8, "name": "mended"}]
END
is($session->query('SELECT * FROM goods'), '8|mended', 'mended');

$outcome = outcome_of($session, 'SELECT * FROM prices');
is($outcome->{sqlstate}, 'HV00R', 'a function that is not there');
write_handler('prices.py', <<'END');
def handler(event, context):
    return [{"id": 8, "price": 1.25}]
END
is( $session->query('SELECT name, price FROM goods JOIN prices USING (id)'),
	'mended|1.25', 'and one that is new');

# ---------------------------------------------------------------------------
# docs/emulators.md
# ---------------------------------------------------------------------------

my ($section) =
  slurp_file("$root/docs/emulators.md") =~ /^# Without AWS\n(.*)/ms;
my ($command) = $section =~ m{^```sh\n(scripts/endpoint [^#\n]*\S)\s*#}m;
my ($sql) = $section =~ /^```sql\n(.*?)^```/ms;
my ($script, @arguments) = split ' ', $command;

s{^functions/}{$root/functions/} for @arguments;
$url = start_local(@arguments);
$sql =~ s{http://127\.0\.0\.1:9001}{$url} or die 'no endpoint';
is( $node->safe_psql('postgres', $sql),
	"Asia/Kolkata|05:30:00\nEtc/UTC|00:00:00",
	'what docs/emulators.md shows');

$session->close;
$node->stop;
done_testing();
