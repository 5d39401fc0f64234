"""Sets a fault of S3, or lists those set: {} answers with them and how often
each was met.  reset_calls forgets them.

action      reset         RST in place of the answer, nothing done
            reset_after   the work is done, then RST
            hang          no answer
            500, 503, 400, 403, 404, 301, or "503 OtherCode": that error
            answer        `status` (200), `headers` and `body` as they are
            error_in_200  status 200, then an error in the body
            spaces        spaces before the XML of an answer, `after` (3) of
                          them, `delay_ms` apart, as completing an upload has
            close         the connection closes after the answer, which does
                          not say so
            truncate      GET: the connection ends after `after` bytes
            stall         GET: `after` bytes, then none
            drip          GET: blocks of `block` bytes, `delay_ms` apart
            chunked       GET: no length but HTTP's chunks
            wrong_range   GET: a Content-Range of other bytes
            ignore_range  GET: all of it in spite of a Range
            changed       the object has another ETag from now on, as if it had
                          been written anew
operation   only these operations, a name or names; likewise bucket, key, and
            number, a part's
times       how often, default 1; null always
skip        how many such requests to let pass first, default 0
after       bytes; reset takes it too, of a GET's answer, and reset and hang
            of a PUT's body, the rest of which is not read
done        the work is done before what stands in place of its answer
early       the request's body is not read first
code, message, headers   of an error
chunked     GET: with HTTP's chunks besides the action
"""

from s3_faults import FAULTS, Fault


def lambda_handler(event, context):
    if event:
        FAULTS.add(Fault(event))
    return FAULTS.rows()
