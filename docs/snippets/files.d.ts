// What a bundler makes of files that are imported.
declare module '*?url' {
  const address: string;
  export default address;
}
