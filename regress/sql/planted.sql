--
-- Functions and operators that fit better than PostgreSQL's own, but that the
-- client may not call: what it may call is called.
--
\c - sep_su
CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'planted'::text $$;
CREATE FUNCTION public.vceq(varchar, varchar) RETURNS bool LANGUAGE sql IMMUTABLE AS $$ SELECT true $$;
CREATE OPERATOR public.= (FUNCTION = public.vceq, LEFTARG = varchar, RIGHTARG = varchar);
CREATE FUNCTION public.neg(text) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
CREATE OPERATOR public.- (FUNCTION = public.neg, RIGHTARG = text);
-- its author is
SELECT lower('ABC'::varchar), 'a'::varchar = 'b'::varchar AS eq, - 'x'::text AS neg;
\c - sep_admin
SELECT lower('ABC'::varchar), 'a'::varchar = 'b'::varchar AS eq;
-- where it is asked for by its full name, or is the only one
SELECT public.lower('ABC'::varchar);
SELECT 'a'::varchar OPERATOR(public.=) 'b'::varchar;
SELECT - 'x'::text;
SELECT neg('x');
-- what one session has looked up is looked up again for another label
SECURITY LABEL FOR selinux ON FUNCTION public.vceq(varchar, varchar) IS 'system_u:object_r:sepgsql_proc_exec_t:s2';
\c - sep_admin
SELECT 'a'::varchar = 'b'::varchar AS eq;
BEGIN;
SELECT sepgsql_setcon('unconfined_u:unconfined_r:unconfined_t:s0');
COMMIT;
SELECT 'a'::varchar = 'b'::varchar AS eq;
SELECT sepgsql_setcon(NULL);
\c - sep_admin
DROP OPERATOR public.= (varchar, varchar);
DROP OPERATOR public.- (NONE, text);
DROP FUNCTION public.lower(varchar), public.vceq(varchar, varchar), public.neg(text);
