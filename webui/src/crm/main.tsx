import { start } from "../ui/root";
import { App } from "./app";

start(import.meta.glob("../locales/*/{ui,log,crm}.json", { eager: true, import: "default" }), <App />);
