# What a remote side can make grow has a limit: answers of which one part never
# ends.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server("log_min_messages = 'fatal'");
my $endpoint = start_endpoint();

$node->safe_psql('postgres',
	create_outcome()
	  . create_server('lambda', $endpoint, "request_timeout_ms '3000', max_attempts '1', max_response_bytes '2000000'"));
my $session = open_session($node);
my $tables = 0;

# How a call of a function ends, and how many kB the session has grown by.
sub ends
{
	my ($function, $event) = @_;
	my $table = 't' . ++$tables;

	$node->safe_psql('postgres',
		create_function('lambda', $table, function => $function, options => "payload '$event'"));
	my ($before) = memory_of($session->pid);
	my $outcome = outcome_of($session, "SELECT count(*) FROM $table");
	my ($after) = memory_of($session->pid);
	return ($outcome, defined $after ? $after - $before : 0);
}

# The first call loads libraries and fills caches.
ends('raw', '{"response": "[]"}');

foreach my $case (
	[ 'break_head', '{"part": "trailers"}', '54000', qr/: the headers are too large\.$/ ],
	[ 'break_head', '{"part": "informational"}', '54000', qr/: the headers are too large\.$/ ],
	[ 'break_head', '{"part": "extension"}', '08006', qr/: no answer in time\.$/ ],
	[ 'bad_headers', '{"bytes": 70000}', '54000', qr/: the headers are too large\.$/ ],
	[ 'endless', '{}', '54000', qr/: the body is too large\.$/ ],
	[ 'break_head', '{"part": "switching"}', '08006', qr/HTTP status 101, a change of protocol/ ])
{
	my ($function, $event, $sqlstate, $detail) = @$case;
	my ($outcome, $grown) = ends($function, $event);

	is($outcome->{sqlstate}, $sqlstate, "$function $event")
	  or diag(explain($outcome));
	like($outcome->{detail}, $detail, 'its detail');
	cmp_ok($grown, '<', 8 * 1024, 'memory stays, in kB');
}
foreach my $part ('brief_trailers', 'early_hints')
{
	my ($outcome) = ends('break_head', qq({"part": "$part"}));

	is($outcome->{rows}, 1, "$part are passed over");
}

# A body that is encoded is named so; a header alone does no harm.
my $gzip = 'H4sIAAAAAAAAA4uOBQApu0wNAgAAAA==';
my ($outcome) = ends('raw', qq({"response_base64": "$gzip", "content_encoding": "gzip"}));
is($outcome->{sqlstate}, '22P02', 'a body in gzip');
is($outcome->{detail}, 'Its header Content-Encoding is "gzip".', 'which its detail says');
($outcome) = ends('raw', '{"response": "[{\"id\": 1}]", "content_encoding": "gzip"}');
is($outcome->{rows}, 1, 'plain JSON that says so');
($outcome) = ends('raw', qq({"status": 502, "response_base64": "$gzip", "content_encoding": "br"}));
is($outcome->{detail}, 'The answer is HTTP status 502, with a body encoded as "br".',
	'an error with an encoded body');

$session->close;
$node->stop;
done_testing();
