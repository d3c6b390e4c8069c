/** Where a reverse proxy would show the Open WebUI of the suite's stack: it is in its settings. */
export const chatAddress = "http://chat.example.test";
