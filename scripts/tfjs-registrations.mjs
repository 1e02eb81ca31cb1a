// Bundles what TensorFlow.js registers as a side effect of its `@tensorflow/tfjs` package and nowhere
// else in a form that Node can import: the gradients of operations and the methods of tensors.
// Everything it shares with `@tensorflow/tfjs-core` it finds there by global names.
import { build } from "esbuild"

const core = "@tensorflow/tfjs-core/dist"

await build({
  stdin: {
    contents: `
      import "${core}/register_all_gradients.js"
      import "${core}/public/chained_ops/register_all_chained_ops.js"`,
    resolveDir: process.cwd()
  },
  bundle: true,
  format: "esm",
  platform: "node",
  minify: true,
  legalComments: "none",
  banner: { js: "// From @tensorflow/tfjs-core 4.22.0, Copyright Google LLC, Apache License 2.0." },
  outfile: "dist/tfjs-registrations.js"
})
