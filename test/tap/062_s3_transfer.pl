# Objects on their way from and to S3: what arrives is what was sent, whatever
# breaks, or there is an error; requests go where the bucket is.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $endpoint = start_endpoint();
local $ENV{AWS_ENDPOINT_URL_STS} = $endpoint;
my $node = start_server();
my $folder = $PostgreSQL::Test::Utils::tmp_check;

$node->safe_psql('postgres', $_)
  for (
	'CREATE EXTENSION aws_s3 CASCADE',
	create_server('aws_s3', $endpoint, "max_attempts '3', request_timeout_ms '20000'"),
	create_outcome(),
	'CREATE UNLOGGED TABLE rows (id text, c2 text, c3 text); CREATE TABLE lines (line text)');

my $control = open_session($node);
my $session = open_session($node);

# What a function of the endpoint answers.
sub ask
{
	my ($function, $event) = @_;
	my $json = encode_json($event // {});

	return decode_json($control->query(
			"SELECT payload FROM lambda_invoke('aws_s3', '$function', \$q\$$json\$q\$::jsonb, idempotent => true)"));
}

sub put
{
	my ($key, %more) = @_;

	ask('s3_objects', { put => { bucket => 'bucket', key => $key, %more } });
	return;
}

# What is known of an object, by this key.
sub object
{
	my ($key, %more) = @_;

	return ask('s3_objects', { bucket => $more{bucket} // 'bucket', prefix => $key, %more })->[0];
}

# Forgets faults and calls, and sets these faults.
sub set_faults
{
	ask('reset_calls');
	ask('s3_fault', $_) for @_;
	return;
}

# The requests of S3 since: operation, status, region, range, fault.
sub calls
{
	return @{ ask('service_calls', { service => 's3' })->{rows} };
}

# Those of an operation, as these members.
sub told
{
	my ($operation, @members) = @_;

	return join ' ', map {
		my $call = $_;
		join '/', map { $call->{$_} // $call->{parameters}{$_} // $call->{headers}{$_} // '-' } @members
	} grep { $_->{operation} eq $operation } calls();
}

sub quoted
{
	my $text = shift;

	$text =~ s/'/''/g;
	return "'$text'";
}

sub import_of
{
	my ($key, %more) = @_;

	return sprintf "SELECT aws_s3.table_import_from_s3('%s', '', %s, '%s', %s, '%s')",
	  $more{table} // 'rows', quoted($more{options} // '(format csv)'), $more{bucket} // 'bucket',
	  quoted($key), $more{region} // 'eu-west-1';
}

# How the import of an object ends.
sub outcome_of_import
{
	my ($key, %more) = @_;

	$session->query('TRUNCATE rows, lines');
	return outcome_of($session, import_of($key, %more));
}

# How long the server's requests may be without a byte.
sub allow_silence
{
	my $ms = shift;

	$session->query("ALTER SERVER aws_s3 OPTIONS (SET request_timeout_ms '$ms')");
	return;
}

# What is in the table is what is in the object, byte by byte.
sub imports_all
{
	my ($name, $key) = @_;
	my $file = "$folder/copied.$$";
	my $answer = $session->query('TRUNCATE rows; ' . import_of($key));
	my $wanted = object($key, digest => JSON::PP::true);

	like($answer, qr/^$wanted->{lines} rows imported into relation "rows" from file $key of $wanted->{size} bytes$/, $name);
	$control->query("COPY rows TO '$file' WITH (format csv)");
	is($control->query("SELECT encode(sha256(pg_read_binary_file('$file')), 'hex')"), $wanted->{sha256}, "$name: every byte");
	unlink $file;
	return;
}

# ---------------------------------------------------------------------------
# Downloads that break
# ---------------------------------------------------------------------------

put('large', rows => 100_000, width => 24);
my $size = object('large')->{size};
my $etag = object('large')->{etag};
my %get = (operation => 'GetObject', key => 'large');

set_faults();
imports_all('an object', 'large');
is(told('GetObject', 'status', 'range'), '200/-', 'one request');

foreach my $case (
	[ 'reset', 1_000_000 ],
	[ 'truncate', 1_500_000 ],
	[ 'stall', 700_000 ],
	[ 'truncate', 900_000, chunked => JSON::PP::true ])
{
	my ($action, $after, %more) = @$case;
	my $name = join ' ', $action, %more ? 'chunked' : ();

	set_faults({ %get, action => $action, after => $after, %more });
	# a busy machine may be silent for a second, too: where none should be told so
	allow_silence(1000) if $action eq 'stall';
	imports_all("$name: goes on", 'large');
	allow_silence(20_000);
	# a reset may take bytes with it that had not been read
	like(told('GetObject', 'status', 'range', 'if-match'), qr{^200/-/- 206/bytes=([1-9]\d*)-/"$etag"$}, "$name: from a byte of this version");
	is((split /[=-]/, told('GetObject', 'range'))[2], $after, "$name: the one after the break") if $action ne 'reset';
}

# Again and again, each time somewhere else: there is no limit while bytes come.
set_faults((map { { %get, action => 'truncate', after => $_ } } 400_000, 1, 300_000, 2_000, 500_000), { %get, action => '503' });
imports_all('five breaks and a refusal', 'large');
is(told('GetObject', 'status', 'range'),
	'200/- 206/bytes=400000- 206/bytes=400001- 206/bytes=700001- 206/bytes=702001- 503/bytes=1202001- 206/bytes=1202001-',
	'each goes on at its byte');

# Without progress there is one: that of the attempts.
set_faults({ %get, action => 'truncate', after => 500_000 }, { %get, action => 'reset', times => undef });
{
	my $outcome = outcome_of_import('large');

	is($outcome->{sqlstate}, '38000', 'a break that stays: SQLSTATE');
	is($outcome->{message}, 'could not download from Amazon S3', 'message');
	like($outcome->{detail}, qr/^Amazon S3 client returned '.*(reset|closed|empty).*'\.$/i, 'DETAIL');
	like($outcome->{context}, qr{^http://127.0.0.1:\d+: .* after 3 attempts$}m, 'CONTEXT has the way and the attempts');
	is(told('GetObject', 'range'), join(' ', '-', ('bytes=500000-') x 3), 'after three attempts');
	is($session->query('SELECT count(*) FROM rows'), '0', 'nothing is imported');
}

# Another object under the same key, in between.
set_faults({ %get, action => 'truncate', after => 500_000 }, { %get, action => 'changed' });
{
	my $outcome = outcome_of_import('large');

	is($outcome->{sqlstate}, '38000', 'an object that changes: SQLSTATE');
	like($outcome->{hint}, qr/^Object "large" of bucket "bucket" was changed while it was read/, 'HINT');
	is(told('GetObject', 'status'), '200 412', 'it is asked for by its version');
}
put('large', rows => 100_000, width => 24);

# Answers that are not the rest.
foreach my $case ([ 'ignore_range', qr/not the rest of the object/ ], [ 'wrong_range', qr/bytes "bytes \d+-\d+\/$size" of the object where those from 500000 of $size/ ])
{
	my ($action, $detail) = @$case;

	set_faults({ %get, action => 'truncate', after => 500_000 }, { %get, action => $action });
	like(outcome_of_import('large')->{detail}, $detail, "$action: is an error");
}

# Nor is a part of it all of it.
foreach my $status (206, 204)
{
	set_faults({ %get, action => 'answer', status => $status, body => $status == 206 ? "a,b,c\n" : '', headers => { 'Content-Range' => 'bytes 6-11/12' } });
	like(outcome_of_import('large')->{detail}, qr/'HTTP status $status where all of the object was asked for'/, "$status unasked: is an error");
}

# Nor does it end an object whose size was not told.
{
	my $text = join '', map { "$_,a,b\n" } 1 .. 9;
	my $known;

	put('short', text => $text);
	$known = { 'ETag' => '"' . object('short')->{etag} . '"' };
	set_faults(
		{ operation => 'GetObject', key => 'short', action => 'truncate', after => 12, chunked => JSON::PP::true },
		{ operation => 'GetObject', key => 'short', action => 'answer', status => 206, headers => { %$known, 'Content-Range' => 'bytes 12-23/54' }, body => substr($text, 12, 12) });
	imports_all('a rest of which a part comes', 'short');
	is(told('GetObject', 'range'), '- bytes=12- bytes=24-', 'is asked for again');
}

# Attempts before the first byte are as many as the option says.
set_faults({ %get, action => 'reset' }, { %get, action => '500' });
imports_all('two attempts that fail', 'large');
is(told('GetObject', 'status', 'range'), '-/- 500/- 200/-', 'are made again from the start');
set_faults({ %get, action => '503', times => undef });
like(outcome_of_import('large')->{context}, qr/: SlowDown after 3 attempts, request \w+$/m, 'three are the limit');

$session->query("ALTER SERVER aws_s3 OPTIONS (SET max_attempts '1')");
set_faults({ %get, action => 'truncate', after => 500_000 });
is(outcome_of_import('large')->{sqlstate}, '38000', 'with one attempt a break is an error');
is(told('GetObject', 'status'), '200', 'of one request');
$session->query("ALTER SERVER aws_s3 OPTIONS (SET max_attempts '3')");

# What retries cost is given back: a session does not run out of them.
put('retried', text => "1,a,b\n");
{
	my $imported = 0;

	foreach (1 .. 45)
	{
		set_faults({ operation => 'GetObject', key => 'retried', action => '500' });
		$imported += outcome_of_import('retried')->{rows} // 0;
	}
	is($imported, 45, 'imports that are tried again, one after the other');
}
imports_all('one after them', 'large');
cmp_ok($session->query('SELECT count(*) FROM lambda_fdw_connections()'), '>', 0, 'its connection is kept');

put('empty', text => '');
set_faults();
is($session->query(import_of('empty')), '0 rows imported into relation "rows" from file empty of 0 bytes', 'an object without a byte');

# A cancel acts while nothing arrives, wherever the answer is.
foreach my $fault ({ action => 'hang' }, { action => 'stall', after => 0 }, { action => 'stall', after => 600_000 }, { action => 'drip', delay_ms => 20 })
{
	my $name = join ' ', $fault->{action}, $fault->{after} // ();

	is_soon(50, 1,
		sub {
			set_faults({ %get, %$fault, times => undef });
			$session->query('TRUNCATE rows');
			$session->send(import_of('large'));
			$node->poll_query_until('postgres', q{SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = } . $session->pid) or die;
			return elapsed_ms(
				sub {
					$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
					like($session->receive, qr/57014: canceling statement due to user request/, "$name: a cancel");
				});
		},
		"$name: acts within 50 ms");
	is($session->query('SELECT count(*) FROM rows'), '0', "$name: nothing is imported");
}

# The limit is for the wait for a byte, not for the whole.
put('slow', text => join('', map { "$_,a,b\n" } 1000 .. 1199));
set_faults({ operation => 'GetObject', key => 'slow', action => 'drip', block => 80, delay_ms => 60 });
allow_silence(1000);
cmp_ok(elapsed_ms(sub { imports_all('an object that takes longer than request_timeout_ms', 'slow') }), '>', 1000, 'arrives all the same');
is(told('GetObject', 'status'), '200', 'by one request');
set_faults({ operation => 'GetObject', key => 'slow', action => 'hang', times => undef });
like(outcome_of_import('slow')->{hint}, qr/^The option request_timeout_ms of server "aws_s3" allows 1000 ms/, 'a silence that is longer is an error');
allow_silence(20_000);

# ---------------------------------------------------------------------------
# gzip
# ---------------------------------------------------------------------------

# Some members, of which one is empty; the header, or what users put in its
# place.
my @members = (map({ "$_,a,b\n" x 100 } 1 .. 3), '', "last,a,b\n");

foreach my $header ('Content-Encoding', 'x-amz-meta-content-encoding')
{
	put('logs.gz', gzip => \@members, headers => { $header => 'gzip' });
	set_faults();
	like($session->query('TRUNCATE rows; ' . import_of('logs.gz')),
		qr/^301 rows imported .* of ${\object('logs.gz')->{size}} bytes$/, "gzip by $header");
	is($session->query("SELECT string_agg(id || count, ' ' ORDER BY id) FROM (SELECT id, count(*) FROM rows GROUP BY 1) c"),
		'1100 2100 3100 last1', 'all of its members');
}
put('packed', rows => 100_000, width => 24, compress => JSON::PP::true, headers => { 'Content-Encoding' => 'gzip' });
my $packed = object('packed')->{size};
set_faults(map { { operation => 'GetObject', action => $_, after => int($packed / 3) } } 'reset', 'truncate');
like($session->query('TRUNCATE rows; ' . import_of('packed')), qr/^100000 rows imported .* of $packed bytes$/, 'gzip that breaks goes on');
like(told('GetObject', 'range'), qr/^- bytes=\d+- bytes=\d+-$/, 'by the bytes that are stored');
is($session->query('SELECT count(DISTINCT id) FROM rows'), '100000', 'each row once');

# What cannot be unpacked.
my $gzip = do { require IO::Compress::Gzip; my $out; IO::Compress::Gzip::gzip(\"1,a,b\n2,a,b\n", \$out); $out };
require MIME::Base64;
my %bad = (
	'cut' => [ substr($gzip, 0, length($gzip) - 4), qr/the compressed data ends early/ ],
	'corrupt' => [ substr($gzip, 0, length($gzip) - 8) . "\0\0\0\0" . substr($gzip, -4), qr/incorrect data check/ ],
	'plain' => [ "1,a,b\n", qr/incorrect header check/ ],
	'followed' => [ $gzip . "1,a,b\n", qr/bytes that are no gzip follow the compressed data/ ]);
foreach my $name (sort keys %bad)
{
	my ($data, $detail) = @{ $bad{$name} };
	my $outcome;

	put($name, base64 => MIME::Base64::encode_base64($data, ''), headers => { 'Content-Encoding' => 'gzip' });
	$outcome = outcome_of_import($name);
	is($outcome->{sqlstate}, '38000', "gzip that is $name");
	like($outcome->{detail}, $detail, 'says what is wrong');
}
put('unsaid', gzip => ["1,a,b\n"]);
{
	my $outcome = outcome_of_import('unsaid');

	like($outcome->{detail}, qr/compressed by gzip, which its Content-Encoding does not say/, 'gzip that no header tells of');
	like($outcome->{hint}, qr/^Say so: aws s3 cp "s3:\/\/bucket\/unsaid" .* --content-encoding gzip/, 'and how to say so');
}
put('br', text => 'x', headers => { 'Content-Encoding' => 'br' });
like(outcome_of_import('br')->{detail}, qr/an object encoded by "br"/, 'another encoding');
put('utf-8', text => "1,a,b\n", headers => { 'Content-Encoding' => 'utf-8' });
is(outcome_of_import('utf-8')->{rows}, 1, 'what is no encoding');

# ---------------------------------------------------------------------------
# Names
# ---------------------------------------------------------------------------

set_faults();
ask('s3_objects', { clear => JSON::PP::true });
foreach my $key ('a b', 'a+b', '100%', 'a%20b', "\x{e9}t\x{e9}/\x{1f600}", '/leading', 'a//b', 'dir/', './a/../b', "it's", '?x=y&z#f', '~-._!*()', "tab\there")
{
	my $text = "$key\n" =~ s/\t/\\t/r;
	my $bytes = $key;
	my ($row, $answer);

	utf8::encode($bytes);
	# what psql reads are bytes
	$answer = $session->query("SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT ' || quote_literal(" . quoted($bytes) . "), 'bucket', " . quoted($bytes) . ')');
	($row) = grep { $_->{key} eq $key } @{ ask('s3_objects', { bucket => 'bucket', content => JSON::PP::true }) };
	is($row->{text}, $text, "an object \"$bytes\" ($answer bytes)");
	$session->query('TRUNCATE lines; ' . import_of($bytes, table => 'lines', options => ''));
	is($session->query('SELECT line FROM lines'), $bytes, 'which comes back');
}
like(outcome_of_import('gone')->{message}, qr/^could not download from Amazon S3: file does not exist$/, 'an object that is not there');
is(outcome_of_import('logs/')->{hint}, 'S3 knows no folders; give the key of one object.', 'a folder');
foreach my $case (
	[ { bucket => 'no-such-bucket' }, 'NoSuchBucket', qr/^Check the bucket's name, "no-such-bucket", and the region, "eu-west-1"/ ],
	[ { bucket => 'My_Bucket' }, 'InvalidBucketName', qr/^Check the bucket's name, "My_Bucket", and the region/ ],
	[ { bucket => 'denied' }, 'AccessDenied', qr/^The owner of the keys needs s3:GetObject on "large" of bucket "denied"/ ])
{
	my ($more, $code, $hint) = @$case;
	my $outcome = outcome_of_import('large', %$more);

	is($outcome->{sqlstate}, '38000', "$code: SQLSTATE");
	like($outcome->{hint}, $hint, "$code: HINT");
	like($outcome->{context}, qr/: $code, request \w+$/m, "$code: CONTEXT");
}
foreach my $case ([ 's3://bucket', qr/without "s3:\/\/"/ ], [ 'arn:aws:s3:::bucket', qr/not by an ARN/ ], [ 'bucket/folder', qr/folders are the beginning of the object's key/ ], [ 'a b', qr/letters, digits, dots and hyphens/ ])
{
	my $outcome = outcome_of_import('large', bucket => $case->[0]);

	is($outcome->{sqlstate}, '22023', "bucket $case->[0]");
	like($outcome->{detail}, $case->[1], 'and what is wrong with it');
}

# ---------------------------------------------------------------------------
# Regions
# ---------------------------------------------------------------------------

# A bucket lives in the region that its name begins with.  400 names it in the
# body and in a header, 301 in a header alone.
foreach my $bucket ('eu-central-1-data', 'moved-eu-central-1-data')
{
	my $query = "SELECT i, repeat('x', 998) FROM generate_series(1, 10000) i";

	set_faults();
	is($session->query("SELECT rows_uploaded FROM aws_s3.query_export_to_s3('" . quoted($query) =~ s/^'|'$//gr . "', '$bucket', 'large', 'us-east-1')"), '10000', "$bucket: an export");
	like(told('CreateMultipartUpload', 'status', 'region'), qr{^(301|400)/us-east-1 200/eu-central-1$}, 'asks where it is, and there');
	is(told('UploadPart', 'region'), 'eu-central-1 eu-central-1', 'its parts go there at once');
	set_faults();
	$session->query('TRUNCATE rows');
	is($session->query(import_of('large', bucket => $bucket, table => 'rows', options => '(delimiter E\'\\t\')') =~ s/'rows', ''/'rows', 'id, c2'/r),
		'10000 rows imported into relation "rows" from file large of ' . object('large', bucket => $bucket)->{size} . ' bytes', "$bucket: an import");
	like(told('GetObject', 'status', 'region'), qr{^(301|400)/eu-west-1 200/eu-central-1$}, 'asks where it is, and there');
}
# Puts a whole object of so many rows, whose first answer is early.  On a busy machine
# that comes after the second that libcurl waits for it, amid the body, and may be
# lost: then the object is put once more.
sub put_early
{
	my ($fault, $rows, $wanted) = @_;
	my $bytes;

	foreach (1 .. 3)
	{
		set_faults({ operation => 'PutObject', early => JSON::PP::true, %$fault });
		$bytes = $session->query("SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000000) FROM generate_series(1, $rows)', 'bucket', 'whole')");
		last if $bytes ne $rows * 1000001 or told('PutObject', 'status', 'region', 'expect') =~ $wanted;
	}
	return $bytes;
}

# The answer may come while the body is still being sent.
{
	my $wanted = qr{^301/eu-west-1/100-continue 200/eu-central-1/100-continue$};

	is(put_early({ action => '301', headers => { 'x-amz-bucket-region' => 'eu-central-1' } }, 8, $wanted), '8000008', 'an early redirect');
	like(told('PutObject', 'status', 'region', 'expect'), $wanted, 'is read before the body is sent');
}
# Nor is an answer awaited where nobody knows the question.
{
	my $wanted = qr{^417/eu-west-1/100-continue 200/eu-west-1/-$};

	is(put_early({ action => 'answer', status => 417 }, 3, $wanted), '3000003', 'a question that is refused');
	like(told('PutObject', 'status', 'region', 'expect'), $wanted, 'is not put again');
}

put('large', rows => 1);
# It is followed once, and not to nowhere.
foreach my $region ('us-west-1', 'no region')
{
	set_faults({ %get, action => '301', headers => { 'x-amz-bucket-region' => $region }, times => undef });
	like(outcome_of_import('large')->{hint}, qr/^Check the region of bucket "bucket"/, "a redirect to $region");
	is(scalar(calls()), $region eq 'us-west-1' ? 2 : 1, 'and no further');
}

# ---------------------------------------------------------------------------
# Answers that are lost
# ---------------------------------------------------------------------------

my $query = "SELECT i, repeat('x', 1000 - length(i::text) - 2) FROM generate_series(1, 20000) i";
my $export = "SELECT rows_uploaded FROM aws_s3.query_export_to_s3(" . quoted($query) . ", 'bucket', 'exported')";
my $wanted;

set_faults();
$session->query($export);
$wanted = object('exported', digest => JSON::PP::true)->{sha256};

# The work is done, and nobody is told: it is done again, or found done.
foreach my $fault (
	{ operation => 'UploadPart', number => 2 },
	{ operation => 'CompleteMultipartUpload' },
	{ operation => 'CompleteMultipartUpload', action => '500', done => JSON::PP::true })
{
	my $name = join ' ', 'a lost answer of', $fault->{operation}, $fault->{action} // ();

	ask('s3_objects', { delete => { bucket => 'bucket', key => 'exported' } });
	set_faults({ action => 'reset_after', %$fault });
	is($session->query($export), '20000', $name);
	is(object('exported', digest => JSON::PP::true)->{sha256}, $wanted, 'the object is there');
	is_deeply(ask('s3_uploads'), [], 'and no upload');
}
is(told('CompleteMultipartUpload', 'status'), '500 404', 'the upload was gone');
is(told('GetObject', 'range', 'status'), 'bytes=0-0/206', 'the object told');

# Not where somebody else has ended the upload: the object is another.
set_faults({ operation => 'CompleteMultipartUpload', action => '500' }, { operation => 'CompleteMultipartUpload', action => '404 NoSuchUpload' });
{
	my $outcome;

	put('exported', text => 'of somebody else');
	$outcome = outcome_of($session, $export);
	is($outcome->{sqlstate}, '58000', 'an upload that somebody else has ended');
	like($outcome->{hint}, qr/^Somebody has ended the multipart upload/, 'HINT');
	ask('reset_calls');
	is_deeply(ask('s3_uploads'), [], 'no upload is left');
}

# An answer that no S3 gives is refused, whatever its size.
set_faults({ operation => 'PutObject', action => 'answer', body => 'x' x 3_000_000 });
like($session->query("SET statement_timeout = '10s'; SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'bucket', 'exported')"),
	qr/ERROR: .*could not upload to Amazon S3.*'the body is too large'/s, 'an answer of 3 MB to an export');
$session->query('RESET statement_timeout');

# A cancel while the answer is on its way that has the upload's ID.
# The query waits at its end, so that the upload is there to be seen.
set_faults({ operation => 'CreateMultipartUpload', action => 'spaces', after => 4, delay_ms => 100 });
$session->send($export =~ s/ i'/ i UNION ALL SELECT 2, pg_sleep(300)::text'/r);
$node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM lambda_invoke('aws_s3', 's3_uploads', '{}') f WHERE f.payload::text <> '[]')}) or die;
$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
like($session->receive, qr/57014: canceling statement due to user request/, 'a cancel while an upload is created');
is_deeply(ask('s3_uploads'), [], 'ends the upload');
is(told('AbortMultipartUpload', 'status'), '204', 'by an abort');

# An abort that gets no answer is given up, and told.
set_faults({ operation => 'AbortMultipartUpload', action => '403', times => undef }, { operation => 'UploadPart', action => '403', times => undef });
like($session->query($export), qr/WARNING: .*could not abort a multipart upload to Amazon S3.*Bucket "bucket", key "exported", upload "[^"]+": HTTP status 403 AccessDenied.*ERROR: .*could not upload to Amazon S3/s, 'an abort that is refused is told, and the error comes through');
ask('s3_objects', { clear => JSON::PP::true });

# So is one for which keys have to be asked for, from somebody who does not answer.
set_faults();
{
	my $ending = open_session($node);
	my $parts = q{SELECT f.payload->0->'parts'->0->>'number' = '1' FROM lambda_invoke('aws_s3', 's3_uploads', '{}') f};
	my $answer;

	$ending->query("CREATE SERVER by_role FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint '$endpoint'); "
		  . "CREATE USER MAPPING FOR CURRENT_USER SERVER by_role OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key', role_arn 'arn:aws:iam::123456789012:role/once12'); "
		  . "SET aws_s3.server = 'by_role'");
	# parts go on whenever there is another row
	$ending->send("SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1, repeat(''x'', 998) FROM generate_series(1, 20000) UNION ALL SELECT 2, pg_sleep(0.01)::text FROM generate_series(1, 30000)', 'bucket', 'by role')");
	ok($node->poll_query_until('postgres', $parts), 'an upload with keys for twelve seconds');
	sleep 12;
	cmp_ok(
		elapsed_ms(
			sub {
				$control->query('SELECT pg_terminate_backend(' . $ending->pid . ')');
				$answer = $ending->receive;
			}),
		'<', 15_000, 'the end of its session does not wait for other keys');
	like($answer, qr/57P01.*WARNING: .*could not abort a multipart upload to Amazon S3.*key "by role", upload "[^"]+": there are no credentials: .*no answer in time/s, 'and tells that the upload is left');
}
ask('s3_objects', { clear => JSON::PP::true });

# Answers that do not end, or not soon, are not waited for.
$session->query("SET statement_timeout = '60s'");
foreach my $operation (qw(PutObject CreateMultipartUpload UploadPart CompleteMultipartUpload))
{
	my $exported = $operation eq 'PutObject' ? $export =~ s/20000/1/r : $export;

	set_faults({ operation => $operation, action => 'answer', body => 'x' x 2_000_000, times => undef });
	is(outcome_of($session, $exported)->{detail}, "Amazon S3 client returned 'the body is too large'.", "$operation with 2 MB of an answer");
}
$session->query('RESET statement_timeout');
set_faults();
is_deeply(ask('s3_uploads'), [], 'no upload is left of them');

# ---------------------------------------------------------------------------
# A query that takes its time
# ---------------------------------------------------------------------------

# Its parts are not left half sent while it is away once more.
set_faults();
$session->send("SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1, repeat(''x'', 998) FROM generate_series(1, 8600) "
	  . "UNION ALL SELECT 2, pg_sleep(1.1)::text UNION ALL SELECT 3, pg_sleep(300)::text', 'bucket', 'slow')");
{
	my $parts = 0;

	for (my $tries = 0; $tries < 100 && !$parts; $tries++)
	{
		sleep(0.1);
		$parts = grep { @{ $_->{parts} } } @{ ask('s3_uploads') };
	}
	is($parts, 1, 'a part arrives while the query is away');
}
is(told('UploadPart', 'status'), '200', 'by one request');
$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
like($session->receive, qr/57014/, 'and the query ends');
is_deeply(ask('s3_uploads'), [], 'with its upload');

# ---------------------------------------------------------------------------
# What is left in a session
# ---------------------------------------------------------------------------

# Exports that end in an error, with an abort each, and imports that break in
# gzip: twenty-five of each.
put('cut', base64 => MIME::Base64::encode_base64(substr($gzip, 0, length($gzip) - 4), ''), headers => { 'Content-Encoding' => 'gzip' });
set_faults({ operation => 'UploadPart', action => '403', times => undef });
$session->query(create_try());
SKIP:
{
	my @failed;
	my @grown = growth_of(
		$session, 512,
		sub {
			@failed = map { $session->query("SELECT try(\$q\$$_\$q\$, 25)") }
			  "SELECT aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000000) FROM generate_series(1, 9)', 'bucket', 'failed')",
			  import_of('cut');
		});

	is("@failed", '25 25', 'fifty transfers fail');
	is_deeply(ask('s3_uploads'), [], 'and leave no upload');
	skip 'the system does not tell memory', 2 unless defined $grown[0];
	cmp_ok($grown[0], '<', 512, 'memory stays, in kB');
	cmp_ok(abs($grown[1]), '<=', 2, 'so do descriptors');
}

# ---------------------------------------------------------------------------
# Encryption
# ---------------------------------------------------------------------------

foreach my $rows (1, 10000)
{
	set_faults();
	$session->query("SELECT * FROM aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000) FROM generate_series(1, $rows)', 'bucket', 'secret', kms_key := 'arn:aws:kms:eu-west-1:111122223333:key/1234')");
	is_deeply(
		[ @{ object('secret')->{headers} }{ 'x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id' } ],
		[ 'aws:kms', 'arn:aws:kms:eu-west-1:111122223333:key/1234' ], "$rows kB by a key of KMS");
}
is(outcome_of($session, "SELECT aws_s3.query_export_to_s3('SELECT 1', 'bucket', 'k', kms_key := E'k\\r\\nx-amz-acl: public-read')")->{sqlstate}, '22023', 'a key that is none');

# ---------------------------------------------------------------------------
# AWS's own hosts
# ---------------------------------------------------------------------------

# A bucket has its host, if its name can be one's; dual stack and FIPS have
# other hosts.
my ($certificate, $key) = make_certificate('s3', 'DNS:*.s3.eu-west-1.amazonaws.com,DNS:s3.eu-west-1.amazonaws.com,DNS:*.s3-fips.dualstack.us-east-1.amazonaws.com');
my $secure = start_endpoint('--tls', $certificate, $key);
my $log = "$folder/proxy.$$.log";
my $proxy = 'http://127.0.0.1:' . start_program('proxy.py', '--log', $log, '--upstream', $secure =~ /(\d+)$/);
my $keys = "OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key')";

foreach my $server ([ 'plain', '' ], [ 'fips', ", use_fips_endpoint 'true', use_dualstack_endpoint 'true'" ])
{
	my ($name, $options) = @$server;

	$node->safe_psql('postgres',
		"CREATE SERVER $name FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', proxy '$proxy', ca_bundle '$certificate'$options);"
		  . "CREATE USER MAPPING FOR CURRENT_USER SERVER $name $keys");
}
foreach my $case (
	[ 'plain', 'a-bucket', 'eu-west-1', 'a-bucket.s3.eu-west-1.amazonaws.com' ],
	[ 'plain', 'a.bucket', 'eu-west-1', 's3.eu-west-1.amazonaws.com' ],
	[ 'fips', 'a-bucket', 'us-east-1', 'a-bucket.s3-fips.dualstack.us-east-1.amazonaws.com' ])
{
	my ($server, $bucket, $region, $host) = @$case;
	my $answer;

	$session->query("SET aws_s3.server = '$server'");
	$answer = $session->query("SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', '$bucket', 'a key', '$region'); TRUNCATE lines; "
		  . import_of('a key', bucket => $bucket, region => $region, table => 'lines', options => ''));
	is($answer, qq{1\n1 rows imported into relation "lines" from file a key of 2 bytes}, "$bucket by $server");
	like(slurp_file($log), qr/^CONNECT \Q$host\E:443\n\z/m, "goes to $host");
}
# The other region has another host.
$session->query("SET aws_s3.server = 'plain'");
like($session->query("SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', 'eu-west-1-data', 'k', 'us-east-1')"),
	qr/Unable to connect to endpoint/, 'a host that the certificate is not for');
$session->query('RESET aws_s3.server');

done_testing();
