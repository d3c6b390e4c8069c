-- One role and one database of the same name, whatever was there before.
-- The password comes from the environment: arguments can be read by any process.
\getenv role ROLE
\getenv password ROLE_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN PASSWORD :'password';

SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE :"role" FROM PUBLIC;

\connect :"role"
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS vector;
