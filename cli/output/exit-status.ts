/** Exit statuses (DESIGN section 8). `exec` passes on what its command returned. */
export const EXIT = { done: 0, failed: 1, wrongUse: 2, changesPending: 3, interrupted: 130 } as const;

export type ExitStatus = number;
