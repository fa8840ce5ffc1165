/** Joins class names; false and undefined ones are left out. */
export const classes = (...names: Array<string | false | null | undefined>): string =>
  names.filter(Boolean).join(" ");
