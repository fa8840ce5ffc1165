/** The mark: a burrow's mouth with a light in it. */
export function Logo({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#0d6e6e" />
      <path d="M7 23v-6.5a9 9 0 0 1 18 0V23h-4.6v-6.5a4.4 4.4 0 0 0-8.8 0V23z" fill="#fff" />
      <circle cx="16" cy="21" r="2.2" fill="#8fe0d6" />
    </svg>
  );
}
