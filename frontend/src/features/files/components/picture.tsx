import { type CSSProperties, useMemo, useState } from "react";
import { dispatch } from "@/app/store";
import { classes } from "@/lib/classes";
import type { FileInfo } from "@/lib/frames";
import { decodeThumbHash } from "@/lib/thumbhash";

interface Props {
  file: FileInfo;
  /** The file itself instead of its thumbnail. */
  full?: boolean;
  alt: string;
  className?: string;
  style?: CSSProperties;
}

/** A few kilobytes of image for as long as the real one is on its way. */
function placeholderOf(thumbhash: string | null): string | undefined {
  const decoded = thumbhash ? decodeThumbHash(thumbhash) : null;
  if (!decoded) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = decoded.width;
  canvas.height = decoded.height;
  canvas.getContext("2d")?.putImageData(new ImageData(decoded.rgba, decoded.width, decoded.height), 0, 0);
  return `url(${canvas.toDataURL()})`;
}

/** Fades in over its ThumbHash. A link that does not work any more is asked for again, once. */
export function Picture({ file, full = false, alt, className, style }: Props) {
  const source = full ? file.content_url : (file.thumbnail_url ?? file.content_url);
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const placeholder = useMemo(() => placeholderOf(file.thumbhash), [file.thumbhash]);
  const onError = () => {
    if (failed === null) dispatch({ type: "links_failed", fileId: file.id });
    setFailed(source);
  };
  return (
    <span
      className={classes(
        "block overflow-hidden bg-center",
        full ? "bg-contain bg-no-repeat" : "bg-hover bg-cover",
        className,
      )}
      style={{ ...style, backgroundImage: shown ? undefined : placeholder }}
    >
      {failed !== source && (
        <img
          src={source}
          alt={alt}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          decoding="async"
          draggable={false}
          onLoad={() => setShown(true)}
          onError={onError}
          className={classes(
            "size-full transition-opacity duration-150",
            full ? "object-scale-down" : "object-cover",
            shown ? "opacity-100" : "opacity-0",
          )}
        />
      )}
    </span>
  );
}
