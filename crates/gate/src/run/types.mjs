// Checks the types of one module as strictly as TypeScript can, and compiles it beside it with a source map.

import ts from "typescript";

const [file] = process.argv.slice(2);
const options = {
  strict: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts"],
  types: ["node"],
  inlineSourceMap: true,
  inlineSources: true,
  skipLibCheck: true,
  allowJs: true,
  noEmitOnError: true,
};
const program = ts.createProgram([file], options);
const result = program.emit(program.getSourceFile(file));
const diagnostics = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
for (const { file: source, start, messageText, code } of new Map(diagnostics.map((one) => [`${one.start} ${one.code}`, one])).values()) {
  const { line } = source ? source.getLineAndCharacterOfPosition(start) : { line: 0 };
  console.log(`${source?.fileName ?? file}:${line + 1}: TS${code}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}
process.exitCode = diagnostics.length ? 1 : 0;
