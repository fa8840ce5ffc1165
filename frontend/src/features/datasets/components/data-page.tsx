import { useLocation, useRoute } from "wouter";
import { DataLists } from "@/features/datasets/components/data-lists";
import { DatasetPage } from "@/features/datasets/components/dataset-page";
import { ImportPage } from "@/features/datasets/components/import-page";
import { NothingChosen } from "@/features/datasets/components/nothing-chosen";
import { DownloadsPage } from "@/features/downloads/components/downloads-page";
import { classes } from "@/lib/classes";

/** Datasets on the left, on the right the one that the address names, the import of a file, or the downloads. */
export default function DataPage() {
  const [path] = useLocation();
  const [atImport] = useRoute("/data/import");
  const [atDataset, params] = useRoute("/data/:id");
  const downloads = path === "/downloads";
  const id = atDataset && !atImport ? params.id : null;
  const beside = id !== null || atImport || downloads;
  return (
    <div className="flex h-full min-h-0">
      <section
        className={classes(
          "min-h-0 min-w-0 flex-1 flex-col md:flex md:w-64 md:flex-none md:border-r md:border-line",
          beside ? "hidden" : "flex",
        )}
      >
        <DataLists currentId={id} downloads={downloads} />
      </section>
      <section className={classes("min-h-0 min-w-0 flex-1 flex-col md:flex", beside ? "flex" : "hidden")}>
        {downloads ? (
          <DownloadsPage />
        ) : atImport ? (
          <ImportPage />
        ) : id ? (
          <DatasetPage key={id} id={id} />
        ) : (
          <NothingChosen />
        )}
      </section>
    </div>
  );
}
