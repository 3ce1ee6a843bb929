/** Common English words for synthetic prompts: most are one token in current vocabularies. */

export const words: readonly string[] = `
able about above across action active actual after again against agree ahead allow almost alone along already also although
always among amount animal another answer anyone appear apply area argue around arrive article artist aside audience author
available avoid away balance bank base basic battle beautiful became because become before began begin behind believe below
benefit best better between beyond bird black blood blue board body book border both bottom branch bread break bridge brief
bright bring broad brother brown build building burn business camera capital captain career carry catch cause center central
century certain chair challenge chance change chapter character charge cheap check chief child choice choose church circle
citizen city claim class clean clear clever climb clock close cloud coast coffee cold collect college color column combine
come comfort command common community company compare complete computer concern condition connect consider contain continue
control cook copy corner correct cost could council count country couple course cover create cross crowd culture current
custom daily damage dance danger dark daughter deal debate decade decide deep degree deliver demand depend describe desert
design desk detail develop device differ difficult dinner direct discover discuss distance divide doctor document door double
doubt down draw dream drive drop during each early earth east easy economy edge education effect effort either electric
element else empty energy engine enjoy enough enter entire equal escape especially even evening event ever every evidence
exact example except exchange exercise exist expect experience explain express eye face fact factory fail fair faith family
famous farm fast father favor fear feature feel field fight figure fill film final finance find fine finger finish fire firm
first fish floor flow flower follow food foot force foreign forest forget form former forward found free fresh friend front
fruit full function future game garden gather general gentle give glass global goal gold good government grand grass great
green ground group grow growth guard guess guide half hall hand happen happy hard head health hear heart heat heavy height
help here high hill history hold home hope horse hospital host hotel hour house however huge human hundred hurry idea image
imagine impact import improve include increase indeed industry inform inside instead interest into invite iron island issue
item join journey judge jump just keep kind kitchen knowledge labor lake land language large last late laugh launch lead
learn least leave left legal lesson letter level library life light like limit line list listen little live local long look
lose loud love lower lucky lunch machine main major make manage many mark market master match material matter maybe mean
measure medical meet member memory mention message metal method middle might mile milk mind minute mirror miss mission model
modern moment money month moon more morning most mother motion mountain mouth move movie much music must name narrow nation
nature near necessary need network never news next night nobody noise none normal north note nothing notice number object
observe obtain obvious occur ocean offer office often once only open operate opinion order organize origin other output
outside over owner page paint pair paper parent park part partner party pass past path pattern pause peace people perfect
perhaps period person phone photo phrase picture piece place plain plan plant plate play please plenty point police policy
poor popular position possible power practice prepare present press pretty prevent price primary print private problem
process produce product program project promise proper protect prove provide public pull purpose push quality quarter
question quick quiet quite race radio rain raise range rate rather reach read ready real reason receive recent record reduce
region relate release remain remember remove repair repeat reply report request require research respond rest result return
reveal rich ride right ring rise river road rock role roof room round route rule safe sail salt same sand save scale scene
school science score sea search season seat second secret section secure seek select sell send sense sentence separate series
serious serve service settle seven several shade shape share sharp ship short should shoulder show side sign silence similar
simple since single sister size skill skin sleep slow small smile smooth snow social society soft soil solid solve some song
soon sort sound source south space speak special speech speed spend spirit spread spring square stable staff stage stand star
start state station stay steady steel step still stone stop store storm story strange stream street strong structure student
study style subject succeed such sudden sugar suggest summer supply support sure surface surprise system table take talk task
teach team tell tend term test text than thank that their theory there these they thing think third this those though thought
thousand through throw time tiny title today together tomorrow tonight tool total touch toward town track trade train travel
treat tree trial trip true trust truth turn twelve twenty type under union unit until upon usual valley value various very
view village visit voice wait walk wall want warm wash watch water wave weather week weight welcome west what wheel when
where which while white whole whose wide will wind window winter wise wish with within without woman wonder wood word work
world worry worth would write wrong yard year yellow yesterday young
`
  .trim()
  .split(/\s+/)
