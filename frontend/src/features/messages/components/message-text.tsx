import { memo } from "react";
import { pieces } from "@/lib/links";

/** A message's text as it was written, with its links to follow. */
export const MessageText = memo(function MessageText({ text }: { text: string }) {
  return (
    <p
      className="max-w-[75ch] text-base leading-6 wrap-anywhere whitespace-pre-wrap sm:text-sm sm:leading-[21px]"
      dir="auto"
    >
      {pieces(text).map((piece, index) =>
        piece.href ? (
          <a
            key={index}
            href={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            className="text-accent-ink underline underline-offset-2"
          >
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </p>
  );
});
