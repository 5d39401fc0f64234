"""Sets what ListFunctions and ListTags answer, or lists the faults that were set:
{} answers with them and how often each was met.  reset_calls forgets all of it.

page_size       functions in a page, at most
copies          {"stockroom": 120}: functions stockroom_001 to stockroom_120, which are
                that one under other names
untagged_every  {"stockroom": 10}: each tenth of these has no tags
faults          a list, of what stands in place of an answer:
  action          refuse    with `status` (429) and `code`
                  answer    with status 200 and the text `body`
                  hang      no answer
                  gather    once `count` requests wait here, their own answers
  operation       ListFunctions, ListTags or GetFunction; likewise path, as on the
                  wire, and function, of ListTags
  times           how often, default 1; null always
  skip            how many such requests to let pass first, default 0
"""

from listing import LISTING


def lambda_handler(event, context):
    LISTING.change(event)
    return LISTING.rows()
