/** The direction of dependencies (docs/architecture.md). Each rule says why. */
const between = (name, from, to, comment) => ({ name, severity: 'error', comment, from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', comment: 'A cycle means a missing concept.', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    {
      name: 'no-app-imports-another',
      severity: 'error',
      comment: 'Services talk through contracts; only the embedded form puts them together.',
      from: { path: '^apps/(?!embedded/)([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    between('libs-know-no-app', '^libs/', '^apps/', 'A library serves any service.'),
    between('contracts-are-leaves', '^libs/contracts/', '^libs/(?!contracts/)', 'The shapes between services depend on nothing of ours.'),
    between('access-is-pure', '^libs/access/', '^libs/(?!access/|contracts/)', 'The rule of access does no I/O.'),
    between('content-is-pure', '^libs/content/', '^libs/(?!content/)', 'Reading and cleaning content does no I/O.'),
    between('platform-knows-contracts-only', '^libs/platform/', '^libs/(?!platform/|contracts/|access/)', 'Platform stands below messaging.'),
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      comment: 'Test helpers never ship.',
      from: { path: '^(apps|libs)/', pathNot: '(spec\\.ts$|^libs/testing/)' },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'queues-only-in-messaging',
      severity: 'error',
      comment: 'One place knows BullMQ and Redis.',
      from: { pathNot: '^libs/messaging/' },
      to: { path: 'node_modules/(bullmq|ioredis)/' },
    },
    between('nothing-imports-a-controller', '^apps/[^/]+/src/(?!.*(module|start)\\.ts$)', '\\.controller\\.ts$', 'Controllers are the edge.'),
    between('rules-are-pure', '\\.rules\\.ts$', '\\.(service|repository|controller|handlers|entity)\\.ts$', 'Rules decide; they read and write nothing.'),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|spec\\.ts$)' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
