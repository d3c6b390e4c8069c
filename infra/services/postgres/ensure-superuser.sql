-- The password comes from the environment: arguments can be read by any process.
\getenv role ROLE
\getenv password ROLE_PASSWORD
ALTER ROLE :"role" PASSWORD :'password';
