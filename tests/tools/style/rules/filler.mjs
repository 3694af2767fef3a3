// Words that say nothing, or that sell. The passive voice is fine where nobody cares who did it; these passives are padding.

import { findUsed, phrase } from "../page.mjs";

const OMIT = "leave it out";
const FACT = "give the number, the name or the condition";
const SHOW = "say what it does, and let the reader judge";

const LISTS = [
  // Passives and detours around the verb.
  ["say it directly", [
    "(?:it|this) (?:should|must|can|may) be (?:noted|remembered|mentioned|seen|said|pointed out)", "as can be seen",
    "it (?:is|was) (?:important|recommended|suggested|advised|advisable|necessary|possible|assumed|known|understood|expected) (?:to|that)",
    "(?:is|are) worth (?:noting|mentioning|remembering|pointing out)",
    "note that", "keep in mind that", "bear in mind that", "needless to say", "the fact that", "when it comes to",
    "(?:is|are) (?:considered|deemed|believed|thought|said) to", "(?:is|are) (?:designed|intended|meant|supposed) to",
  ]],
  ["use the verb: “X filters”, not “X can be used to filter”", [
    "(?:can|may|could|might) be used (?:to|for|in)", "(?:is|are) used (?:to|for)", "mak(?:e|es|ing) use of", "serves? to",
    "(?:is|are|gets?) (?:performed|carried out|conducted|accomplished)", "(?:perform|conduct)s? (?:a|an|the)",
  ]],
  ["“can”", ["(?:is|are|be|being|was|were) (?:un)?able to", "ha(?:s|ve) the (?:ability|capability|option) to", "(?:is|are) capable of"]],
  ["“must”, or the imperative", ["(?:is|are) required to", "(?:you|we) (?:will|would) (?:need|want) to"]],
  ["“let” or “so you can”", ["(?:allow|enable|permit)s? (?:you|us|users?|readers?|developers?|callers?) to"]],
  ["“but”", ["however,"]],
  // Filler words.
  [OMIT, [
    "simply", "(?<!ha(?:s|ve)\\s)just", "easily", "easy", "easier", "effortless(?:ly)?", "trivial(?:ly)?", "straightforward(?:ly)?", "obvious(?:ly)?",
    "basically", "essentially", "actually", "literally", "of course", "in fact", "as you (?:know|can see|might expect)",
    "really", "truly", "absolutely", "totally", "definitely", "certainly", "naturally", "please", "kindly", "feel free to",
    "at the end of the day", "as a matter of fact", "first of all", "last but not least", "in a nutshell", "let(?:’|')s",
  ]],
  // Weasel words.
  [FACT, [
    "various", "numerous", "a (?:wide )?(?:range|variety) of", "a (?:large|small) number of", "a lot(?: of)?", "lots of", "tons of", "plenty of",
    "quite", "fairly", "somewhat", "relatively", "reasonably", "extremely", "incredibly", "remarkably", "significantly", "substantially",
    "virtually", "practically", "arguably", "presumably", "supposedly", "it is (?:said|believed)", "some people", "many people", "experts",
    "as (?:soon|much|quickly|fast) as possible", "in most cases", "in many cases", "generally", "typically", "and so on", "etc",
  ]],
  // Marketing.
  [SHOW, [
    "seamless(?:ly)?", "powerful", "robust(?:ly|ness)?", "rich", "cutting[- ]edge", "state[- ]of[- ]the[- ]art", "world[- ]class", "best[- ]in[- ]class",
    "next[- ]gen(?:eration)?", "enterprise[- ]grade", "battle[- ]tested", "production[- ]grade", "game[- ]chang(?:er|ing)", "revolutionary",
    "revolutioni[sz]es?", "innovative", "unparalleled", "unmatched", "intuitive(?:ly)?", "user[- ]friendly", "developer[- ]friendly", "hassle[- ]free",
    "blazing(?:ly)?(?:[- ]fast)?", "lightning[- ]fast", "supercharge[ds]?", "unleash(?:es)?", "unlocks?", "empowers?", "leverag(?:e|es|ing)",
    "streamlin(?:e|es|ed|ing)", "elegant(?:ly)?", "beautiful(?:ly)?", "amazing(?:ly)?", "awesome", "magic(?:al|ally)?", "delightful", "exciting",
    "world(?:’|')s (?:first|best)", "one[- ]stop", "turn-?key", "out[- ]of[- ]the[- ]box", "in no time", "holistic", "synerg(?:y|ies)", "best practice solution",
  ]],
];

const ENTRIES = LISTS.flatMap(([mend, texts]) => texts.map((text) => ({ mend, pattern: phrase(text) })));

export function filler(page, report) {
  for (const { pattern, mend } of ENTRIES) {
    for (const found of findUsed(page, pattern)) report(found.line, `“${found.text}”: ${mend}`);
  }
}
