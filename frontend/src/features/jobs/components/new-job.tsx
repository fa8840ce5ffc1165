import { FolderUp, ImageUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useToast } from "@/app/toast";
import { BackToJobs } from "@/features/jobs/components/back-to-jobs";
import { SettingsForm } from "@/features/jobs/components/settings-form";
import { useFormProblems } from "@/features/jobs/components/use-problems";
import { looksLikePicture, useImageSettings } from "@/features/jobs/settings";
import { process } from "@/features/uploads/api";
import { FilePicker } from "@/features/uploads/components/file-picker";
import { useBatchTitle } from "@/features/uploads/components/use-batch-title";
import { classes } from "@/lib/classes";

/** Pictures to process for oneself: pick or drop them, and say what is to be done. */
export function NewJob() {
  const { t } = useTranslation();
  const take = useProcess();
  const { any: wrong } = useFormProblems();
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 md:px-6">
        <BackToJobs />
        <h2 className="text-base font-semibold">{t("jobs.newTitle")}</h2>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="flex max-w-160 flex-col gap-6 p-4 md:p-6">
          <div className="flex flex-col items-center gap-3 rounded-md border-2 border-dashed border-line-strong p-8 text-center">
            <p className={classes("text-sm", wrong ? "text-danger-ink" : "text-muted")}>
              {t(wrong ? "settingsForm.rightFirst" : "jobs.dropHere")}
            </p>
            <div className="flex flex-wrap justify-center gap-2">
              <FilePicker look="primary" accept="image/*" onPick={take} disabled={wrong}>
                <ImageUp size={16} aria-hidden /> {t("jobs.pick")}
              </FilePicker>
              <FilePicker folder onPick={take} disabled={wrong}>
                <FolderUp size={16} aria-hidden /> {t("jobs.pickFolder")}
              </FilePicker>
            </div>
          </div>
          <h3 className="text-base font-semibold">{t("settingsForm.title")}</h3>
          <SettingsForm />
        </div>
      </div>
    </>
  );
}

/** Starts at once, with what is chosen in the form, and shows the list where they appear. */
function useProcess(): (files: File[]) => void {
  const { t } = useTranslation();
  const toast = useToast();
  const titleOf = useBatchTitle();
  const [, navigate] = useLocation();
  return (files) => {
    const pictures = files.filter(looksLikePicture);
    if (pictures.length === 0) {
      if (files.length > 0) toast(t("uploads.noPictures"));
      return;
    }
    const settings = useImageSettings.getState();
    void process(pictures, { title: titleOf(pictures), settings, conversationId: null });
    navigate("/jobs");
  };
}
