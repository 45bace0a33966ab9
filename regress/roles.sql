-- The roles of the tests.  Their labels are in pg_peerlabel.conf: what a role
-- may do by PostgreSQL's privileges says nothing about its label.
CREATE ROLE sep_admin SUPERUSER LOGIN;
CREATE ROLE sep_su SUPERUSER LOGIN;
CREATE ROLE sep_staff LOGIN;
CREATE ROLE sep_user LOGIN;
CREATE ROLE sep_c0 LOGIN;
CREATE ROLE sep_c1 LOGIN;
CREATE ROLE sep_s2 LOGIN;
CREATE ROLE sep_auditor LOGIN;
CREATE ROLE sep_dbadm SUPERUSER LOGIN;
