-- Tables over a function that takes HTTP events, of the version that :event says.
CREATE FOREIGN TABLE :"stock" (
  warehouse text OPTIONS (pushdown '=:name', required 'true'),
  id        int,
  quantity  int OPTIONS (pushdown '>=:least'),
  asked     jsonb
) SERVER :"server" OPTIONS (function_arn :'function', event :'event',
  route 'GET /warehouses/{name}/stock?q=a%20b%26c%2B%C3%A9', page_argument 'page', no_rows_status '404');
CREATE FOREIGN TABLE :"search" (
  warehouse text OPTIONS (pushdown 'in:warehouses', required 'true'),
  id        int,
  quantity  int OPTIONS (pushdown '>=:least'),
  asked     jsonb
) SERVER :"server" OPTIONS (function_arn :'function', event :'event', route 'POST /stock/search');
