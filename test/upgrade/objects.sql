-- What an extension consists of, as lines of text that are the same in every database:
-- a line for each column of each row of the catalogs that belongs to it, with names for
-- OIDs, and lines for comments, privileges at first, dependencies and rows of tables.  Which column
-- refers to which catalog the server says itself (pg_get_catalog_foreign_keys), so that
-- no class of objects is left out.

-- The name of an object; of what core makes by itself and numbers, without the number.
CREATE FUNCTION pg_temp.name_of(class oid, object oid, sub int DEFAULT 0) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT type || ' ' || regexp_replace(identity, 'pg_toast_[0-9]+', 'pg_toast')
                   FROM pg_catalog.pg_identify_object(class, object, sub)),
                  CASE WHEN object = 0 THEN '-' ELSE 'unknown ' || class::regclass END)
$$;

-- The objects that the extension has, and those that are parts of them.
CREATE FUNCTION pg_temp.members(extension text) RETURNS TABLE (class oid, object oid)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE member (classid, objid) AS (
    SELECT 'pg_catalog.pg_extension'::regclass::oid, e.oid
    FROM pg_catalog.pg_extension e WHERE e.extname = extension
    UNION
    SELECT d.classid, d.objid
    FROM member m JOIN pg_catalog.pg_depend d ON d.refclassid = m.classid AND d.refobjid = m.objid
    WHERE d.deptype IN ('e', 'i', 'a', 'P', 'S') AND d.objid > 0)
  SELECT classid, objid FROM member
$$;

-- How expressions that catalogs hold as trees are written.
CREATE FUNCTION pg_temp.tree_text(class regclass, data jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  id oid := coalesce(data->>'oid', data->>'indexrelid', data->>'partrelid');
BEGIN
  CASE class::text
    WHEN 'pg_proc' THEN
      RETURN pg_catalog.pg_get_function_arguments(id) || coalesce(pg_catalog.pg_get_function_sqlbody(id), '');
    WHEN 'pg_rewrite' THEN RETURN pg_catalog.pg_get_ruledef(id);
    WHEN 'pg_attrdef' THEN RETURN (SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid = id);
    WHEN 'pg_constraint' THEN RETURN pg_catalog.pg_get_constraintdef(id);
    WHEN 'pg_index' THEN RETURN pg_catalog.pg_get_indexdef(id);
    WHEN 'pg_trigger' THEN RETURN pg_catalog.pg_get_triggerdef(id);
    WHEN 'pg_partitioned_table' THEN RETURN pg_catalog.pg_get_partkeydef(id);
    WHEN 'pg_statistic_ext' THEN RETURN pg_catalog.pg_get_statisticsobjdef(id);
    WHEN 'pg_type' THEN RETURN data->>'typdefault';
    ELSE RAISE EXCEPTION 'no way is known to compare the expressions of %', class;
  END CASE;
END $$;

-- The lines of one row.
CREATE FUNCTION pg_temp.row_lines(class regclass, owner text, data jsonb) RETURNS SETOF text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  att record;
  refers regclass;
  is_list boolean;
  shown text;
  trees boolean := false;
BEGIN
  FOR att IN SELECT attname, atttypid::regtype::text AS type FROM pg_catalog.pg_attribute
             WHERE attrelid = class AND attnum > 0 AND NOT attisdropped
  LOOP
    -- numbers of objects, of files and of what ANALYZE counts
    CONTINUE WHEN att.attname = ANY (ARRAY['oid', 'relfilenode', 'reltoastrelid', 'relpages', 'reltuples',
      'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid', 'attcacheoff']);
    IF att.type = 'pg_node_tree' THEN
      trees := trees OR data->>att.attname IS NOT NULL;
      CONTINUE;
    END IF;
    -- some servers stamp columns with the transaction that made them
    shown := pg_catalog.regexp_replace(data->>att.attname, 'pg_attver=[0-9]+', 'pg_attver');
    SELECT k.pktable, k.is_array INTO refers, is_list
    FROM pg_catalog.pg_get_catalog_foreign_keys() k
    WHERE k.fktable = class AND k.fkcols = ARRAY[att.attname::text];
    IF att.type LIKE 'reg%' THEN
      NULL;  -- a name already
    ELSIF FOUND AND NOT is_list AND shown IS NOT NULL THEN
      shown := pg_temp.name_of(refers, shown::oid);
    ELSIF FOUND AND shown IS NOT NULL THEN
      SELECT pg_catalog.string_agg(pg_temp.name_of(refers, o::oid), ', ' ORDER BY n) INTO shown
      FROM pg_catalog.regexp_split_to_table(pg_catalog.translate(shown, '[]{},"', '   '), '\s+') WITH ORDINALITY AS s (o, n)
      WHERE o <> '';
    ELSIF att.type = 'aclitem[]' AND shown IS NOT NULL THEN
      SELECT pg_catalog.string_agg(a, ', ' ORDER BY a) INTO shown
      FROM pg_catalog.jsonb_array_elements_text(data->att.attname) AS s (a);
    END IF;
    RETURN NEXT pg_catalog.concat(owner, ': ', class, '.', att.attname, ' = ', coalesce(shown, 'NULL'));
  END LOOP;
  IF trees THEN
    RETURN NEXT pg_catalog.concat(owner, ': ', class, ' is ',
      pg_catalog.regexp_replace(pg_temp.tree_text(class, data), '\s+', ' ', 'g'));
  END IF;
END $$;

-- The rows of other catalogs that begin with the number of an object, as those of
-- columns do: their first key leads to it.
CREATE FUNCTION pg_temp.parts() RETURNS TABLE (part regclass, col text, whole regclass)
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT k.fktable, a.attname::text, k.pktable
  FROM pg_catalog.pg_get_catalog_foreign_keys() k
  JOIN pg_catalog.pg_index i ON i.indrelid = k.fktable AND i.indisunique
  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.fktable AND a.attnum = i.indkey[0]
  WHERE k.fkcols = ARRAY[a.attname::text] AND NOT k.is_array
    AND k.fktable::text NOT IN ('pg_depend', 'pg_shdepend', 'pg_description', 'pg_statistic', 'pg_init_privs')
$$;

CREATE FUNCTION pg_temp.lines_of(class oid, object oid) RETURNS SETOF text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  owner text := pg_temp.name_of(class, object);
  part record;
  data jsonb;
BEGIN
  FOR part IN SELECT class::regclass AS part, 'oid' AS col
              UNION ALL SELECT p.part, p.col FROM pg_temp.parts() p WHERE p.whole = class
  LOOP
    FOR data IN EXECUTE pg_catalog.format('SELECT to_jsonb(r) FROM %s r WHERE %I = $1', part.part, part.col) USING object
    LOOP
      RETURN QUERY SELECT pg_temp.row_lines(part.part, pg_catalog.concat(owner, ' ', data->>'attname', data->>'enumlabel'), data);
    END LOOP;
  END LOOP;
  IF class = 'pg_catalog.pg_class'::regclass
    AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = object AND c.relkind = 'r') THEN
    RETURN QUERY EXECUTE pg_catalog.format(
      'SELECT pg_catalog.concat($1, '': '', pg_catalog.count(*), '' rows '', whole_row::text) FROM %s whole_row GROUP BY whole_row::text',
      object::regclass) USING owner;
  END IF;
  RETURN QUERY SELECT pg_catalog.concat(owner, ' ', d.objsubid, ': comment ', d.description)
    FROM pg_catalog.pg_description d WHERE d.classoid = class AND d.objoid = object;
  RETURN QUERY SELECT pg_catalog.concat(owner, ' ', s.objsubid, ': label ', s.provider, ' ', s.label)
    FROM pg_catalog.pg_seclabel s WHERE s.classoid = class AND s.objoid = object;
  RETURN QUERY SELECT pg_catalog.concat(owner, ' ', i.objsubid, ': at first ', i.privtype, ' ',
      (SELECT pg_catalog.string_agg(a::text, ', ' ORDER BY a::text) FROM pg_catalog.unnest(i.initprivs) a))
    FROM pg_catalog.pg_init_privs i WHERE i.classoid = class AND i.objoid = object;
  RETURN QUERY SELECT DISTINCT pg_catalog.concat(owner, ' ', d.objsubid, ': depends (', d.deptype, ') on ',
      pg_temp.name_of(d.refclassid, d.refobjid, d.refobjsubid))
    FROM pg_catalog.pg_depend d WHERE d.classid = class AND d.objid = object;
  RETURN QUERY SELECT pg_catalog.concat(owner, ' ', d.objsubid, ': depends (', d.deptype, ') on ',
      pg_temp.name_of(d.refclassid, d.refobjid))
    FROM pg_catalog.pg_shdepend d WHERE d.classid = class AND d.objid = object
      AND d.dbid = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database());
END $$;

-- Texts of several lines are one here: a body's lines would else be compared as a set.
SELECT pg_catalog.replace(l, E'\n', '\n') COLLATE "C" FROM pg_temp.members(:'extension') m, pg_temp.lines_of(m.class, m.object) l
WHERE NOT (m.class = 'pg_catalog.pg_class'::regclass AND pg_temp.name_of(m.class, m.object) LIKE 'toast table %')
GROUP BY 1 ORDER BY 1;
