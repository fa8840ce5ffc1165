import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { resumeSession, watchSurroundings } from "@/app/runtime";
import { hinted } from "@/features/auth/session";
import { startLanguage } from "@/lib/i18n";
import "@/styles.css";

async function start(): Promise<void> {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root.");
  watchSurroundings();
  // Fetched while the session is taken up, not after it.
  if (hinted()) void import("@/app/shell");
  await Promise.all([startLanguage(), resumeSession()]);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

void start();
