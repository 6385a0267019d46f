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
    yakubu nasir uche jens kaspar ole erling donnie gianni jurgen klaus dieter helmut olaf emmanuel jordan
    aamir abbas abdi abdirahman abdoulaye abdulaziz abdulkadir abdulla abdulrahman abdur abhijit abhishek abiodun
    abu achmad adebayo adekunle adewale adnan adolfo afzal agus ahmadu aiden ajit akhilesh akin akinwumi akio aleem
    aleksandar alexey alfonso alhassan aliko aliyu alonso aloysius altaf amadou amal amar ambrose amitabh amos
    andile andriy andrzej anis anselm anselmo antoine antonis anup anwarul aravind aryan ashok ashraf ashwin
    asiwaju ato atta aung avinash ayman ayodele ayub azhar babajide babatunde badr bakary bala balbir baldev baljit
    baraka barasa basil bassam bayo benedict benoit bernardo bhupendra biju bilal bimal birendra bishnu bismarck
    biswajit bjorn blaise bo bogdan bohdan bonaventure bongani boniface branko brijesh bruno bukar cedric cephas
    cesar chandan chandra cheikh chetan chiedu chike chima christophe clement cletus clifford cornelius cosmas
    cristian cyprian cyriac dabo dalton damir dangote danilo danylo daud dauda davor deepender demba desmond
    devendra dhananjay dharmendra didier dilawar dinesh dmitri dmytro domingo donatus dragan ebenezer ebo edson
    efosa ehud ejike ekow elisha emil emilio enoch enrico ephraim esmail esteban evaristo ezekiel fabio fadi fahad
    faiz fakhr farai farid farrukh faruk fayyaz fazal federico fela fidel fidelis fiifi florian fouad franck
    francois frans fredrick fuad ganesh gani gbenga gbolahan georges gerardo gerhard ghulam gideon gilbert gilles
    giorgio girish giuseppe godfrey godwin gonzalo gopal goran govind guillaume gulzar gunnar gurpreet habib hafeez
    haider hakan hakeem hamisi harald haris harish harjit haroon haruna hashim hemant henri henrik herman hernan
    hiroshi hitesh horacio hossein humayun ibrahima idris iftikhar ignacio ignatius ihsan ike ikechukwu imad imdad
    inder indra ishaq ishmael ismael israr issa issac issaka issifu ivo jabir jabulani jacek jacques jagdish
    jahangir jairam jamil janusz jaroslav jaswinder javid jayant jeevan jerzy jesper jibril jide jitendra joaquin
    jochen johan johannes joost josiah josphat jude julien julius juma jurij kabir kader kailash kalyan kamau
    kamran karim kariuki karthik kasim kassim kayode kazem kenan kenji khaled khalil kimani kipchumba kiprono kiran
    kishore kjell kobina kodjo kojo kolawole krishna kristian kuda kudzai kuldip kumar kwabena kwadwo kwaku kwesi
    lalit laszlo lateef latif laurent lawal leandro leif lekan lennox leonardo levi lokesh luc ludwig lukas lukasz
    lungelo luther maciej madhav magnus mahama mahendra mahesh mahmud maina majid mamadou mamadu mandla mangal
    manish manoj mansoor maqbool marcelo marek mariano marius masood mateo mathias mathieu mats matthias mauricio
    mazhar mehdi mehmet melvin michal mihai mikael milan milos mirza moeen mohamad mohamud mohit mohsin moshe
    moussa mubarak muhammadu muhsin mukesh mukhtar mumtaz munir murad murtaza musah mushtaq mutua muzaffar mwangi
    mykola mzwandile nabil nadeem nadir naeem nagesh naresh naseer nasser navin nazir ndubuisi nestor niels nii
    nikhil nikola nilesh nils nitin njoroge njuguna nuhu nurul obafemi obinna ochieng octavio odhiambo okechukwu
    okezie ola oladele olamide oleksandr oleksiy olivier oluwaseun omari onyango onyeka osama osei osvaldo otieno
    oumar ousmane pankaj paresh parvez pascal pascual paulo pavlo pawan pawel peng percy philippe piet pieter piotr
    prabhu pradeep pramod pranab prasad prashant praveen prem prosper radek rafael rafiq rafiu raghav raghu rahim
    raimundo raja rajan rajat rajeev rajendra rajiv rakesh ram raman ramiro ramon rana ranjan ranjit rasheed rashid
    rashidi rasmus ratan raza rene reuben riaz riyad rizwan rodolfo rohan rohit roman ronnie ruben rustam sabir
    sachchidananda saeb safdar saif sajjad salah saleem salim salisu salva salvador sambo samson samuels sanaullah
    sandesh sandip sanjeev santiago santosh saqib sarath satish satya saul saurabh savio sayed sebastien sekou
    selim selorm senthil serge sergio serhii servais shaban shadrack shafiq shahbaz shahzad shakeel shakir shankar
    sharad shaukat sher shyam sibusiso siddharth sidi sikandar simeon sipho sizwe slobodan soji solomon somnath
    soren stanislaw stefano stig subhash sudhir sufyan sulaiman suleiman sumit suraj surendra sushil sven swapan
    sylvain sylvester tafadzwa tahir taimur taiwo takudzwa talal tanveer tapan tarek tariq tarun tawfiq tayyab
    tendai thabiso thabo themba thierry thulani tichaona tinashe tito tomas tomasz torsten toyin tshepo uday ugo
    ulf ulises ulrich uzair vaibhav vasyl venkatesh vicente viggo vikas vinay vinod vipin viresh vishal vitaliy
    vivek vusi wafula wahid wale waleed walid wanjala waqar wasim wilfredo wim wojciech wole yahaya yahya yashwant
    yaw yevgeny yinka yogesh yohannes youssef yoweri yunus yusuff yves zakaria zeeshan zenon zhang zoltan zoran
    zubair zulfiqar""".split()
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
    gina
    aarti abena abosede achieng adaeze adaku adama adanna adhiambo aditi adjoa adunni adwoa afia afua agnieszka
    aicha aida aileen aissatou akinyi akosua akua alka aloma ama amara amarachi amita amma amna amrita anam anjali
    anjana ankita annika anu anuradha anusha anyango aparna apiyo archana arooj aruna asantewaa aseel asha ashwini
    assia atieno awa awuor ayaan ayisha azadeh beatriz benita bernice bertha bhavna bilkis bimbo binta boitumelo
    bolanle bongiwe bozena brigitte bukola busisiwe camila carmela catalina celine chandni chantal charu chebet
    chepkoech cherono chiamaka chiara chidinma chika chimamanda chimwemwe chinwe chinyere christiana clarisse
    claudine clementina comfort concepcion constance daniela darya deepa deepika delphine desiree devika dewi
    dimple divya dorcas efe efua ekaterina eleni elif elizaveta elly emine enid esi eunice fadzai falguni fareeda
    farhana farida fariha farzana fatema fatimah fatoumata fauzia felicia felicity fida firdous folasade fozia
    francoise funmilayo furaha gauri geeta genevieve gertrude ghazala gisele giulia gladys grainne gulnaz habiba
    hadiza hafsa hajara halima hamida hanan hanna hauwa hawa hawwa heba hema hira huma humera ifeoma ijeoma ilka
    iman imani inaya indira ingeborg irina isabela isha ivana iveta jamila jaya jayanti jayne jelena jemima jennie
    jepkosgei jeptoo jerusha joana joke jyoti kadija kaira kajal kamila kanchan kareena katarina katarzyna kavita
    kavitha kehinde kerubo kgomotso khadija khadijah khadijat komal kriti kusum lakshmi lalita laraba lata latifa
    leena lerato leticia lindiwe ling linh ljubica lola lubna lucinda ludmila maame madhu madhuri magda mahira
    mahnoor maimuna malgorzata malini mandisa manisha manju marcia mariama marija marta marwa masuma meena meera
    megha mehreen mehwish mei memuna milena monika moraa mouna mumbi munira muthoni mutinta mwanaisha mwende nadira
    nafisa nafisat nafula naila naima nakato naliaka nalini nandini nargis naseem nasreen natasa naudia nazia
    nazneen neelam neema neeta neha nehal nekesa nena nilufar nimmi nisha nishat nita njeri nkechi nkiruka nneka
    nobuhle nokuthula nomsa nomvula noor nosipho nozipho nthabiseng ntombi nuala nudrat nusrat nwakaego nyambura
    nyokabi obiageli oksana olena oluchi oluwakemi omolara omowunmi onyinye orla oyelaran palesa parul parveen
    perpetua pilar pooja poonam preeti prerna purnima putri rabia rachana rachna radha radhika raheela rahila rahma
    raisa rajni rakhi ramatu ramla rania rashida rashmi razia reema reena refilwe rehana rehema rekha renata renu
    reshma rhoda riffat ritu riya robina rokeya rokia roopa rosaline rubina rukhsana rumana ruqaiya ruvimbo saadia
    saba sabina sabrina sadaf safia saida sajida salamatu salma salome samia sandhya sangita sania sanjana sapna
    sarita sarojini savita seema selina senait shabnam shafaq shagufta shaheen shahida shakuntala shamim shamima
    shanta sharmila shazia sheetal shehla shilpa shireen shobha shreya shruti shweta sibongile siobhan siti smita
    smriti sneha snezana sobia solange soledad sonal sonali soraya sudha sugandha sujata sulochana suman sumaya
    sunita supriya surabhi suraiya svetlana swati sylvie tabassum tahira tahmina tamar tanuja tanvi tasneem tatiana
    tatyana temitope thandeka thandi thandiwe thuy titilayo tiwonge tolu tsitsi tulika tumi uju uma urvashi usha
    vandana varsha vasudha veena vesna vidya vimala wacera wairimu wambui wangari wangeci wangui wanjiku wanjiru
    wanza yaa yan yasmeen yewande zahra zaineb zakia zanele zarina zeenat zeinab zeynep zodwa zubeida zuhura
    zuleikha""".split()
)
