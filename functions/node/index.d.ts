// The kit's types; README.md says what things mean.

/** What a declaration may say of a column; names are those of the column's options. */
export interface ColumnDeclaration {
  /** The type's name in SQL, as in "numeric(10,2)". */
  type: string;
  /** JSON Pointer into the row; by default "/" and the column's name. */
  path?: string;
  /** Operators to declare, if fewer than the kit honours. */
  pushdown?: string | readonly Operator[];
  /** Identifies the row that UPDATE and DELETE are about. */
  key?: boolean;
  /** A query must give the column a value. */
  required?: boolean;
  not_null?: boolean;
  /** "C" has a text's <, <=, >, >= sent, which go by code points. */
  collation?: string;
  /** epoch_s or epoch_ms: rows have a timestamp so; base64, hex: bytea. */
  format?: "epoch_s" | "epoch_ms" | "base64" | "hex";
  /** The value is the query's, and never a row's. */
  input?: boolean;
  /** The string in rows that stands for NULL. */
  null_if?: string;
}

export type Operator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "in" | "not in" |
  "like" | "is null" | "is not null";

export type JsonObject = { [name: string]: unknown };

export interface TableDeclaration<Columns extends string = string> {
  name: string;
  columns: { readonly [name in Columns]: string | ColumnDeclaration };
  /** Columns whose values come as key tuples. */
  batch?: readonly Named<Columns>[];
  /** "source": the source returns the rows of query.split alone. */
  splitBy?: "kit" | "source";
  splits?: number;
  estimated_rows?: number;
  batch_size?: number;
  max_batch_keys?: number;
  analyze?: boolean;
  idempotent?: boolean;
  durable?: boolean;
  /** Members that every request of the foreign table has. */
  payload?: JsonObject;
}

/** One of the columns, which are inferred from `columns` alone. */
export type Named<Columns> = [Columns][Columns extends unknown ? 0 : never];

/**
 * A value by its column's type: number for smallint, integer, real and double
 * precision, bigint for bigint, boolean, and strings for all others.
 */
export type Value = number | bigint | boolean | string;

export interface Filter {
  column: string;
  operator: Operator;
  /** A list for "in" and "not in"; null for the tests of NULL. */
  value: Value | Value[] | null;
}

export interface Range {
  low: Value | null;
  lowInclusive: boolean;
  high: Value | null;
  highInclusive: boolean;
}

/** What a query asks, for a source that can read less; the kit applies all of it. */
export interface Query<Columns extends string = string> {
  readonly table: string;
  /** Columns that are answered, compared or sorted by. */
  readonly columns: Columns[];
  readonly filters: Filter[];
  readonly orderBy: { column: Columns; descending: boolean; nulls: "first" | "last" }[];
  /** Rows wanted, or null. */
  readonly limit: number | null;
  readonly split: { index: number; count: number } | null;
  /** The request without the envelope. */
  readonly payload: JsonObject;
  /** The values that = and in leave for a column; null where they leave any. */
  values(column: Columns): Value[] | null;
  /** The bounds that <, <=, > and >= leave for a column. */
  range(column: Columns): Range;
  /** The key tuples of a batch, in the order of `batch`; null for none. */
  tuples(): Value[][] | null;
}

/** An object, or a list of values in the order of the columns. */
export type Row = object;

export type Rows = Iterable<Row> | AsyncIterable<Row> | null | undefined | void;

export type Source<Columns extends string = string> =
  (query: Query<Columns>) => Rows | Promise<Rows>;

export interface WriteRow {
  /** The row that is there, of update and delete, by the columns' names. */
  key: { [column: string]: any };
  /** Its new values; those that the statement does not give are missing. */
  values: { [column: string]: any };
}

export interface Write {
  readonly operation: "insert" | "update" | "delete";
  readonly table: string;
  readonly batchId: string | null;
  readonly rows: WriteRow[];
  readonly payload: JsonObject;
}

export interface Truncate {
  readonly operation: "truncate";
  readonly table: string;
  readonly batchId: string | null;
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
  readonly payload: JsonObject;
}

/** Rows as they are now, their number, rows that failed, or nothing: all of them. */
export type Written = readonly (Row | null)[] | number | Failed | null | undefined | void;

export type Writer = (write: Write) => Written | Promise<Written>;

export interface Table {
  readonly name: string;
  insert(writer: Writer): this;
  update(writer: Writer): this;
  delete(writer: Writer): this;
  truncate(writer: (write: Truncate) => Written | Promise<Written>): this;
}

/** A table of these columns, whose rows are a list, or what a function gives. */
export function table<Columns extends string>(
  declaration: TableDeclaration<Columns>,
  source: Source<Columns> | Iterable<Row> | AsyncIterable<Row>): Table;

/**
 * Keeps answers to writes by their batch_id, longer than an environment lives: each
 * with a fingerprint of its request, as JSON.
 */
export interface BatchStore {
  get(batchId: string): unknown;
  put(batchId: string, answer: unknown): unknown;
}

export interface ServeOptions {
  /** Bytes of JSON that an answer has at most; 5,000,000. */
  pageBytes?: number;
  batchStore?: BatchStore;
}

export type Handler = (event: any, context?: any) => Promise<unknown>;
export type StreamHandler = (event: any, stream: any, context?: any) => Promise<void>;

/** A handler that serves tables, by pages. */
export function serve(...tables: [Table, ...Table[]]): Handler;
export function serve(...tables: [Table, ...Table[], ServeOptions]): Handler;

/** The same by awslambda.streamifyResponse: rows are sent as the source gives them. */
export function serveStream(...tables: [Table, ...Table[]]): StreamHandler;
export function serveStream(...tables: [Table, ...Table[], ServeOptions]): StreamHandler;

declare class FunctionError extends globalThis.Error {
  constructor(message: string,
              more?: { detail?: string; hint?: string; sqlstate?: string });
  readonly detail?: string;
  readonly hint?: string;
  readonly sqlstate?: string;
}

/** An error in the function's own words, as the query shows it. */
export { FunctionError as Error };

/** Rows of a batch that failed, by their numbers from 0; a writer throws or returns it. */
export class Failed extends globalThis.Error {
  constructor(rows: { [index: number]: string } | Map<number, string>);
  readonly rows: Map<number | string, string>;
}
