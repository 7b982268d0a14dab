import { createServer } from "node:http";

const page = "<h1>The shop</h1>";

createServer((request, response) => {
  response.end(page);
}).listen(8080);
