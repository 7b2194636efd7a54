// Reads the part of the Dockerfile language that our Dockerfile uses, and refuses the rest.

/**
 * @typedef {{ instruction: string, text: string, flags: Record<string, string>, words: string[], json: string[] | undefined }} Step
 * @typedef {{ name: string, base: string, steps: Step[] }} Stage
 */

const KNOWN = new Set(
  ['ARG', 'CMD', 'COPY', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'RUN', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'], //
);

/** @param {string} text @returns {Stage[]} */
export function parseDockerfile(text) {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const whole = lines.join('\n').replace(/\\\n\s*/g, ' ');
  /** @type {Stage[]} */
  const stages = [];
  for (const line of whole.split('\n').filter((each) => each.trim() !== '')) {
    const [, instruction = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    const step = stepOf(instruction.toUpperCase(), rest);
    if (step.instruction === 'FROM') {
      const [base = '', as = '', name = ''] = step.words;
      if (as.toUpperCase() !== 'AS' || name === '') throw new Error(`a stage has no name: ${line}`);
      stages.push({ name, base, steps: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined || !KNOWN.has(step.instruction)) throw new Error(`not understood: ${line}`);
      stage.steps.push(step);
    }
  }
  return stages;
}

/** @param {string} instruction @param {string} rest @returns {Step} */
function stepOf(instruction, rest) {
  /** @type {Record<string, string>} */
  const flags = {};
  let text = rest;
  for (let flag = /^--([a-z-]+)=(\S+)\s+/.exec(text); flag !== null; flag = /^--([a-z-]+)=(\S+)\s+/.exec(text)) {
    flags[flag[1] ?? ''] = flag[2] ?? '';
    text = text.slice(flag[0].length);
  }
  const exec = instruction === 'HEALTHCHECK' ? text.replace(/^CMD\s+/, '') : text;
  const json = exec.startsWith('[') ? JSON.parse(exec) : undefined;
  return { instruction, text, flags, words: text.split(/\s+/), json };
}

/** @param {Stage} stage @param {string} instruction */
export const stepsOf = (stage, instruction) => stage.steps.filter((step) => step.instruction === instruction);

/** `A=1 B=2`, as ENV and ARG have it. @param {Step} step @returns {[string, string][]} */
export const pairsOf = (step) =>
  step.words.map((word) => {
    const at = word.indexOf('=');
    return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
  });

/** What of the repository the build may see: our .dockerignore takes all away and names what comes back. */
export function allowedByDockerignore(/** @type {string} */ text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines[0] !== '*') throw new Error('.dockerignore does not begin with *');
  return lines.slice(1).map((line) => {
    if (!/^![A-Za-z0-9._-]+$/.test(line)) throw new Error(`.dockerignore: ${line} is not understood`);
    return line.slice(1);
  });
}
