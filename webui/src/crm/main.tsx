import { start } from "../ui/root";
import { App } from "./app";

start(import.meta.glob("../locales/*/{ui,log,copies,crm}.json", { eager: true, import: "default" }), <App />);
