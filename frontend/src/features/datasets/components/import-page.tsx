import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";
import { BackToData } from "@/features/datasets/components/back-to-data";
import { ChooseFile } from "@/features/datasets/components/choose-file";
import { Corrected } from "@/features/datasets/components/corrected";
import { ImportForm } from "@/features/datasets/components/import-form";

/** From a file to a dataset. What it is about stands in the address: reload and back lead there again. */
export function ImportPage() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const fileId = params.get("file") ?? "";
  const corrects = params.get("corrects");
  const choose = (id: string) => {
    const next = new URLSearchParams(params);
    next.set("file", id);
    navigate(`/data/import?${next}`);
  };
  return (
    <>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b border-line px-2 md:px-6">
        <BackToData />
        <h2 className="text-base font-semibold">
          {t(corrects ? "importing.correctedTitle" : "importing.title")}
        </h2>
      </header>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        {fileId === "" ? (
          <ChooseFile hint={t(corrects ? "importing.correctsHow" : "importing.choose")} onChoose={choose} />
        ) : corrects ? (
          <Corrected key={fileId} fileId={fileId} corrects={corrects} />
        ) : (
          <ImportForm
            key={fileId}
            fileId={fileId}
            datasetId={params.get("dataset")}
            conversationId={params.get("c")}
          />
        )}
      </div>
    </>
  );
}
