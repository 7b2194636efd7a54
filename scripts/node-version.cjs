// Before anything else runs, in words that every Node understands: what package.json says of Node, in one sentence.
var needed = [20, 19];
var have = process.versions.node.split('.').map(Number);

if (have[0] < needed[0] || (have[0] === needed[0] && have[1] < needed[1])) {
  console.error('Parley needs Node ' + needed.join('.') + ' or later; this is ' + process.version + '.');
  process.exit(1);
}
