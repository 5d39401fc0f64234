-- What every step of scripts/packages must still find: the table is asked, and each
-- extension has the version that the files of this installation have.

\set ON_ERROR_STOP on

DO $$
DECLARE
	found text;
	behind text;
BEGIN
	SELECT country INTO STRICT found FROM zones WHERE name = 'Asia/Tokyo';
	IF found IS DISTINCT FROM 'JP' THEN
		RAISE 'the country of Asia/Tokyo is "%"', found;
	END IF;
	SELECT string_agg(name, ', ') INTO behind FROM pg_available_extensions
	WHERE name ~ '^(lambda_fdw|aws_.*)$' AND installed_version IS DISTINCT FROM default_version;
	IF behind <> '' THEN
		RAISE 'not installed, or of another version: %', behind;
	END IF;
	IF (SELECT count(*) FROM pg_extension WHERE extname ~ '^(lambda_fdw|aws_.*)$') <> 5 THEN
		RAISE 'five extensions were created, and now they are others';
	END IF;
END
$$;
