"""Which given names are a man's and which a woman's?

For pronouns only: a name that is not here fits both."""

MALE = frozenset(
    """aaron abdul abdullah abel abraham adam adams adeel aden adrian ahmad ahmed aidan ajay akbar akhtar alan
    albert alejandro aleksandr alex alexander alexei alfred ali allan alok amir amit anand anders andre andrea
    andreas andrei andrew andy angus anil anthony antonio anwar arif armando arnold arthur arturo asad asif asim
    aslam atif atiku austin azad aziz babar barack barry bashir ben benjamin bernard bernie bill billy bob bobby
    boris brad bradley brandon brendan brett brian bruce bryan caleb calvin cameron carl carlos cecil chad
    charles charlie chinedu chris christian christopher chuck clarence claude colin connor corey craig curtis
    cyril dale damian damien dan daniel danny darren dave david dean deepak dennis derek diego dilip dmitry
    dominic don donald douglas doug duncan dwayne earl eddie edgar edmund eduardo edward edwin ehsan elias
    elijah emeka emmanuel emmerson enrique eric erik ernest ethan eugene evan faisal farhan farooq felipe felix
    fernando ferdinand francis francisco frank franklin fred frederick gabriel gareth gary gavin gene geoff
    geoffrey george gerald gerard giovanni glen glenn gordon graham grant greg gregory guillermo gustavo guy
    hamid hamza hans harold harry hasan hassan hector henry herbert hillel howard hugh hugo humphrey hussein
    hussain ian ibrahim igor imran iqbal irfan isaac ismail ivan jack jacob jaime jake jamal james jamie jared
    jason javed javier jay jean jeff jeffrey jeremy jermaine jerome jerry jesse jesus jim jimmy joachim joao joe
    joel john johnny jon jonathan jorge jose joseph josh joshua juan julian julio justin kamal karl kashif keir
    keith kelvin ken kenneth kevin khalid khurram kieran kofi kunal kwame kwasi lamar larry lars laurence
    lawrence lee leo leon leonard leonid lewis liam lionel lloyd lorenzo louis luca lucas luis luke luiz mahmood
    mahmoud malcolm malik manuel marc marcel marco marcus mario mark markus martin marvin matt matteo matthew
    maurice max maxim michael miguel mike mikhail milton mitch mitt mohamed mohammad mohammed mohan moses
    muhammad mustafa narendra nasir nathan nathaniel naveed nawaz ned neil nelson nicholas nick nicolas nigel
    nikolai noah noel nouman oleg oliver olusegun omar oscar osman owen pablo patrick paul pavel pedro pervez
    pete peter phil philip phillip pierre prakash qasim rahul raj rajesh ralph ramesh randy raul ravi ray
    raymond reginald rehman ricardo richard rick ricky rishi rob robert roberto robin rodney rodrigo roger
    roland ron ronald rory ross roy rudy rupert russell ryan saad sachin sadiq saeed sajid salman sam samir
    samuel sandeep sanjay sarfraz scott sean sebastian sergei sergey seth shahid shane shaun shehbaz shoaib
    silvio simon sohail stanley stefan stephen steve steven stuart sunil suresh syed ted terence terry theo
    theodore thomas tim timothy tobias todd tom tommy tony travis trevor tristan tyler umar usman vernon victor
    vijay vikram vincent viktor vladimir volodymyr wallace walter warren waseem wayne wendell wilbur will willem
    william winston wolfgang xavier xi yasin yasir younis yousaf yuri yusuf zachary zafar zahid zaheer zia zakir
    jeeyand keiran kemi-male nnamdi chukwuma chidi ifeanyi segun tunde femi bola-male musa sani bello garba
    yakubu nasir uche jens kaspar ole erling donnie gianni jurgen klaus dieter helmut olaf emmanuel jordan""".split()
) - {"kemi-male", "bola-male"}

FEMALE = frozenset(
    """abigail ada adele agnes aisha alexandra alexandria alice alicia alison allison amanda amber amelia amina amy
    ana anastasia andrea angela angelina anita ann anna anne annette annie antonia april arlene ashley asma
    audrey ayesha barbara beatrice becky benazir bernadette beth betty beverly bianca brenda bridget brittany
    bushra camilla candice carla carmen carol caroline carolyn catherine cathy cecilia celeste charlotte chelsea
    cheryl chloe christina christine cindy claire clara claudia colleen connie cristina cynthia daisy dana
    danielle daphne dawn deborah debbie deborah denise diana diane dina dolores donna doris dorothy edith eileen
    elaine eleanor elena elise elizabeth ella ellen emily emma erica erika erin esther eva eve evelyn faith
    farah fatima fiona florence frances francesca gabriela gabrielle gail georgina geraldine gillian gina
    giorgia gloria grace greta gwen hannah harriet hazel heather heidi helen helena hilary hillary hina holly
    ingrid irene iris isabel isabella ivanka ivy jacinda jackie jacqueline jan jana jane janet janice jasmine
    jean jeanette jen jenna jennifer jenny jessica jill jo joan joanna joanne jocelyn josephine joy joyce judith
    judy julia juliana julie juliet june kaitlyn kamala karen karin kate katherine kathleen kathryn kathy katie
    kay kayla kelly kellyanne kelsey kemi kerry kim kimberly kirsten kirsty kristen kristin kristina laila lara
    laura lauren leah leila lena lesley leslie lily linda lisa liz liza lois lori lorraine louise lucia lucy
    lydia lynn mackenzie madeleine maggie malala mandy margaret maria mariam marian marie marilyn marina marine
    marion marjorie marsha martha mary maryam maureen maxine maya megan melanie melissa melania meredith mia
    michaela michelle mildred miranda miriam moira molly mona monica nadia nadine nancy naomi natalia natalie
    natasha nicola nicole nina nora norma olga olivia padma paige pamela patricia patsy patty paula pauline
    peggy penelope penny phyllis polly priti priya priyanka rachel rebecca reem regina rhonda rita roberta robin
    rosa rosalind rose rosemary roxanne ruth sadia saima sally samantha samina sana sandra sara sarah shabana
    shaista sharon shauna sheila sherry shirley sonia sophia sophie stacey stella stephanie sue suella sumaira
    susan suzanne sylvia tabitha tamara tammy tania tanya tara teresa theresa tiffany tina tracey tracy ursula
    uzma valentina valerie vanessa vera veronica vicky victoria viola violet virginia vivian wendy whitney
    yasmin yolanda yvette yvonne zainab zara zoe ngozi chioma amaka folake funke bisi yetunde yvette sammi
    mahrang karima penelope arundhati sushma nirmala mamata sonja ylva annalena sanna mette magdalena liz
    gina""".split()
)
