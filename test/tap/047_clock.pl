# What the Date of an answer says of the clock that signs, and when it does not.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use POSIX qw(strftime);
use Test::More;

my $node = start_server();

$node->safe_psql('postgres', $_)
  for (
	create_server('aws', start_endpoint()),
	create_server('ahead', start_endpoint('--clock-offset=3600')));

my $session = open_session($node);
my $old = strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(time() - 3600));

# Calls a function whose answer is that the signature is wrong, with headers.
sub refusal
{
	my ($server, $headers) = @_;

	return $session->query(sprintf
		  q{SELECT lambda_invoke('%s', 'status', '{"code": 403, "type": "InvalidSignatureException", "headers": {%s}}')},
		$server, $headers);
}

sub answers_ok
{
	my ($server, $name) = @_;

	is($session->query("SELECT payload IS NOT NULL FROM lambda_invoke('$server', 'items', '{}')"), 't', $name);
	return;
}

my $refused = qr/28000: could not invoke Lambda function "status": InvalidSignatureException/;

answers_ok('ahead', 'a clock that is an hour behind is corrected');
like(refusal('ahead', ''), qr/$refused\n/, 'once corrected, it is not found wrong again');
answers_ok('ahead', 'and it stays corrected');
like(refusal('aws', qq("Date": "$old", "Age": "3600")),
	qr/$refused\n/, 'what a cache has kept tells an old time');
like(refusal('aws', qq("Date": "$old")), qr/$refused after 2 attempts\n/, 'another answer tells the time');
answers_ok('aws', 'until the next one does');

$session->close;
done_testing();
