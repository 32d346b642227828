package main

// commonNames are first names and surnames common in English-speaking countries, and people who
// were in the news in 2002.
const commonNames = `
aaron abraham adam adams alan albert alex alexander alexandra alfred alice alison allen amanda amy andrea andrew andy angela
ann anna anne annie anthony antonio arnold arthur ashcroft ashley baker barbara barry ben benjamin bennett bernard beth betty
beverly blair bob bobby bonnie boris brad bradley brandon brenda brendan brent brett brian bruce bryan bush cameron campbell carl
carlos carol caroline carolyn carter catherine cathy charles charlie cheney cheryl chris christian christina christine
christopher clark claire clara clarke clinton colin collins connie cook cooper craig crystal curtis cynthia daniel danny dave
david davies davis dawn dean deborah debra denise dennis derek diana diane dick don donald donna dorothy doug douglas duncan dylan
ed eddie edward edwards elizabeth ellen emily emma eric erik eugene eva evans evelyn fiona florence foster frances francis
frank franklin fred frederick gabriel garcia gareth garfield gary gates gavin gene geoff geoffrey george gerald gerard gina glenn
gloria gordon graham greg gregory guido hannah hans harold harris harry harvey heather helen henry herbert hilary hill holly
howard hughes hugh hussein ian irene isaac ivan jack jackson jacob jacques james jamie jane janet janice jason jay jean jeff jeffrey
jennifer jenny jeremy jerome jerry jesse jessica jesus jim jimmy joan joanne joe joel john johnny johnson jon jonathan jones
jordan jorge jose joseph josh joshua joyce juan judith judy julia julian julie justin karen karl kate katherine kathleen kathryn kathy
katie keith kelly ken kennedy kenneth kevin kim kirk kurt kyle laden larry laura lauren laurence laurie lawrence leah lee leo leon
leonard leonardo leslie lewis liam lincoln linda linus lisa liz lloyd lorraine louis louise lucas lucy luis luke lynn malcolm marc
marcus margaret maria marie marilyn mario marion mark marsha marshall martha martin martinez marvin mary mason matt matthew
maureen maurice max maxwell megan melanie melissa michael michel michelle mick miguel mike miller milton mitch mitchell mohamed
mohammed molly monica moore morgan morris morrison moses mugabe muhammad murphy murray nancy natalie nathan neal neil nelson
niall nicholas nick nicole nigel nixon nora norman oliver olivia omar oscar osama owen pablo pamela parker pat patricia patrick
paul paula pauline pedro peggy penny perry pete peter phil philip phillip phyllis powell rachel ralph ray raymond rebecca
reagan reid reynolds rice richard rick ricky robert roberts robertson robin robinson rod rodney roger ron ronald rosa rose ross roy
rumsfeld rupert russ russell ruth ryan saddam sally sam samantha samuel sandra sanders sara sarah scott sean shane shannon sharon
shaun sheila shirley simon simpson smith sophie spencer stacy stallman stan stanley stella stephanie stephen steve steven stewart
stuart sue susan suzanne sylvia tara taylor ted teresa terry theodore theresa thomas thompson thomson tim timothy tina todd tom
tommy tony torvalds tracy trevor turner tyler valerie vanessa vernon veronica vicki victor victoria vincent virginia vladimir
walker walter wanda warren watson wayne wendy white will william williams willie wilson wright yvonne zoe`

// notNames are capitalized words of display names that are no personal names here: makers,
// products, places, nations.
const notNames = `
apple bell burger dell english french hal harley hat irish journal linux lockergnome oracle penguin red reg virginia victoria florence
fort internet jan labs lake mac roi ved villa washington windows ximian lincoln jordan`
