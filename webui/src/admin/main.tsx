import { WhoseCopies } from "../copies/whose";
import { start } from "../ui/root";
import { App } from "./app";

start(import.meta.glob("../locales/*/{ui,log,copies,admin}.json", { eager: true, import: "default" }),
  (
  <WhoseCopies value="box">
    <App />
  </WhoseCopies>
));
