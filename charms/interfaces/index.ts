/** Every interface, sorted by name. Adding one is a file and a line here. */

export { http } from './http.ts';
export { postgresql } from './postgresql.ts';
