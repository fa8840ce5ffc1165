import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useToast } from "@/app/toast";
import { formProblems } from "@/features/jobs/form";
import { looksLikePicture, useImageSettings } from "@/features/jobs/settings";
import { attach, process } from "@/features/uploads/api";
import { useBatchTitle } from "@/features/uploads/components/use-batch-title";

interface TakeFiles {
  /** Pictures are processed and posted (or processed for oneself, outside of a conversation). */
  smaller: (files: File[]) => void;
  /** Into the compose box, as they are. */
  attach: (files: File[]) => void;
}

/** What becomes of files that were dropped or pasted here. What is no picture is attached, where that is possible. */
export function useTakeFiles(conversationId: string | null): TakeFiles {
  const { t } = useTranslation();
  const toast = useToast();
  const titleOf = useBatchTitle();
  const [path, navigate] = useLocation();
  const toCompose = (files: File[]) => {
    if (conversationId && files.length > 0) void attach(conversationId, files);
  };
  const smaller = (files: File[]) => {
    const pictures = files.filter(looksLikePicture);
    const others = files.filter((file) => !looksLikePicture(file));
    toCompose(others);
    if (others.length > 0 && !conversationId) toast(t("uploads.onlyPictures", { count: others.length }));
    if (pictures.length === 0) return;
    // Where the form is on the screen, nobody expects that it does not count.
    if (path === "/jobs/new" && formProblems().length > 0) return toast(t("settingsForm.rightFirst"));
    const settings = useImageSettings.getState();
    void process(pictures, { title: titleOf(pictures), settings, conversationId });
    if (!conversationId && !path.startsWith("/jobs")) navigate("/jobs");
  };
  return { smaller, attach: toCompose };
}
