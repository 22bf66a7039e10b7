/** Express 4, installed beside Express 5: tests mount the same router in both. */
declare module 'express4' {
  export { default } from 'express';
}
