-- Run by the administrator, in a database with the policy of payroll.te loaded.
CREATE SCHEMA payroll;
GRANT USAGE ON SCHEMA payroll TO PUBLIC;

CREATE TABLE payroll.salary (name text PRIMARY KEY, amount numeric NOT NULL)
	SECURITY_LABEL = 'system_u:object_r:payroll_table_t:s0';
CREATE TABLE payroll.journal (at timestamptz DEFAULT now(), entry text)
	SECURITY_LABEL = 'system_u:object_r:payroll_journal_t:s0';
GRANT SELECT, INSERT, UPDATE, DELETE ON payroll.salary, payroll.journal TO PUBLIC;

CREATE FUNCTION payroll.average() RETURNS numeric LANGUAGE sql STABLE
	SECURITY_LABEL = 'system_u:object_r:payroll_summary_exec_t:s0'
	AS 'SELECT round(avg(amount), 2) FROM payroll.salary';

INSERT INTO payroll.salary VALUES ('Ada', 5200), ('Grace', 5400), ('Edsger', 5150);
INSERT INTO payroll.journal (entry) VALUES ('opened');
