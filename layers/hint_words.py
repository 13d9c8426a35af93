# ruff: noqa: E501, RUF001 - one list a line, in a dozen scripts
"""Words by which somebody's words name a person, a home or a school, in the languages of a room.

Hand-written, for :mod:`layers.hints`. A vertical bar parts alternatives; each is a piece of a
regular expression. Clitics and case endings are written only where a language joins them.
"""

from __future__ import annotations


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# What stands before a name: "my name is", "I am called", "her name is" and their like.
CALLED = (
    r"(?:my|his|her|their|a|the|whose) names? (?:is|was|are)|names? (?:is|was)|name[:=]"
    r"|(?:i am|i'm|i’m|he is|she is|he's|she's|who is|is|was|are) called|call me"
    r"|je m['’]appelle|il s['’]appelle|elle s['’]appelle|qui s['’]appelle|s['’]appelle"
    r"|m['’]appelle|(?:mon|son) (?:pré)?nom (?:est|c['’]est)|nommée?|appelée?"
    r"|me llamo|se llama|llamad[oa]|(?:mi|su) nombre es|ll[aá]mame"
    r"|më quajnë|quhem|quhet|e quajnë|i quajnë|më thonë|(?:emri|emrin) (?:im |e |i )?(?:është|tij|saj)"
    r"|magac(?:aygu|ayga|iisu|iisa|eedu|eeda)(?: waa)?|la i (?:yiraahdo|dhaho|yidhaahdo)"
    r"|la yiraahdo|la dhaho|magaca(?: waa)?"
    r"|(?:benim )?ad[ıi]m|ismim|onun ad[ıi]|ad[ıi]|ismi|bana"
    r"|мене звати|мене звуть|його звати|її звати|звати|моє ім['’ʼ]?я|ім['’ʼ]я"
    r"|меня зовут|его зовут|е[её] зовут|зовут|мо[её] имя|по имени|на ім['’ʼ]я"
    r"|ich hei(?:ß|ss)e|er hei(?:ß|ss)t|sie hei(?:ß|ss)t|(?:mein|sein|ihr) name ist|namens"
    r"|[وف]?[إا]سم(?:ي|ه|ها|هم|ك)(?: هو| هي)?|يدعى|تدعى|[أا]?ُ?سمى|[وي]سمى|تسمى|نادوني"
    r"|(?:اسم|نام)(?:م| من| او| شوهرم| پسرم| دخترم)(?: است)?|اسمش|نامش|به نام|بنام|به اسم"
    r"|زما نوم|نوم مې|د هغه نوم|د هغې نوم|نوم یې|په نوم"
    r"|میرا نام|میری بیٹی کا نام|اس کا نام|ان کا نام|کا نام|نام کا"
    r"|ስመይ|ስሙ|ስማ|ስም|ስሜ|ስምይ"
    r"|আমার নাম|তার নাম|ওর নাম|নাম"
)
# The same in one piece with what follows, in a script without spaces.
CALLED_ZH = r"我叫|我的名字是|我的名字叫|他叫|她叫|名叫|名字叫|叫做"
# "I am": a name follows where it has a capital.
I_AM = (
    r"i am|i['’]m|im|this is|it is|je suis|c['’]est|moi|soy|es|es el|unë jam|jam|është|"
    r"ich bin|das ist|waa|ben|я|это|це|waxaan ahay"
)
# What stands behind a name: "am called".
CALLED_AFTER = r"እበሃል|ይበሃል|ትበሃል|ይብሉኒ|(?:derler|diyorlar|adında|adlı)"
TITLES = (
    r"mr|mrs|ms|miss|mister|madam|sir|dr|doctor|prof|professor|teacher|imam|pastor|father|sister"
    r"|m|mme|mlle|monsieur|madame|mademoiselle|docteur|maître"
    r"|herr|frau|señora?|sr|sra|srta|don|doña|doctora|profesora?"
    r"|zoti|zotin|zonja|zonjën|zonjës|zonjusha|z|znj|mudane|marwo|dhakhtar|macallin|macalin|sheekh|xaaji"
    r"|bay|bayan|sayın|пан|пана|пану|пані|панове|господин|господина|господину|госпожа|госпожу|госпоже|доктор[ау]?|лікар[яю]?|врач[ау]?|учител[ья]|вчителя|вчителька"
)
TITLES_PLAIN = (  # in scripts without capitals
    r"(?:ال|لل|بال)?(?:سيد|سيدة|دكتور|دكتورة|أستاذ|استاذ|أستاذة|شيخ|حاج|حاجة|آنسة|مهندس)"
    r"|[أا]بو|[أا]م"
    r"|آقای|خانم|دکتر|استاد|حاجی|مهندس"
    r"|ښاغل[یيی]|مېرمن|مېرمنې|ډاکټر|ملا|مولوی"
    r"|جناب|محترمہ|محترم|مسٹر|مسز|مس|ڈاکٹر|مولانا|حاجی"
    r"|[ንብናካ]?(?:ኣቶ|አቶ|ኣይተ|አይተ|ወይዘሮ|ወ/ሮ|ወይዘሪት|ዶክተር|መምህር|ቀሺ|ሓጂ)"
    r"|জনাব|জনাবা|মিস্টার|মিসেস|ডাক্তার|ডা\.|মোঃ|মোসাম্মৎ|বেগম|শ্রী|শ্রীমতি"
)
TITLES_AFTER = (
    r"bey|hanım|efendi|abi|abla|hoca|amca|teyze|صاحب|صاحبہ|بیگم|باجی|بھائی|ভাই|আপা|বেগম|সাহেব"
)
# Who is named beside her: a name with a capital follows.
RELATIONS = (
    r"husband|wife|brother|sister|son|daughter|neighbou?r|boss|landlord|friend|cousin|uncle|aunt"
    r"|mari|femme|frère|sœur|soeur|fils|fille|voisine?|patron|ami|amie|cousine?|oncle|tante"
    r"|marido|esposo|esposa|hermano|hermana|hijo|hija|vecino|vecina|jefe|jefa|amigo|amiga|primo|prima"
    r"|burri|gruaja|vëllai|motra|djali|vajza|fqinji|fqinja|shefi|shoqja|shoku"
    r"|ninkayga|walaalkay|walaashay|wiilkayga|gabadhayda|deriskayga|saaxiibkay|saaxiibtay"
    r"|kocam|karım|kardeşim|ağabeyim|ablam|oğlum|kızım|komşum|patronum|arkadaşım"
    r"|чоловік|дружина|брат|сестра|син|донька|дочка|сусід|сусідка|подруга|друг|начальник"
    r"|муж|жена|сын|дочь|сосед|соседка|начальница|хозяин"
    r"|mann|frau|bruder|schwester|sohn|tochter|nachbar|nachbarin|chef|freundin|freund"
)
# Names many people bear, where no capital shows a name. Hints, and no register.
GIVEN = (
    r"محمد|احمد|أحمد|حسن|حسين|محمود|خالد|يوسف|إبراهيم|ابراهيم|مصطفى|عبدالله|عبد الله|كريم"
    r"|فاطمة|عائشة|خديجة|مريم|زينب|ليلى|سعاد|أمينة|امينة|نور الدين|سلمى|رشيد|طارق"
    r"|فاطمه|زهرا|معصومه|مهدی|حسین|زینب|شبنم|فریبا|فرشته|گلالۍ|زرمینه|نجیب|کریم|خدیجه"
    r"|عائشہ|فاطمہ|شازیہ|نسرین|عمران|بلال|عثمان|شبانہ|رخسانہ|ثمینہ"
    r"|ሓጎስ|ለተብርሃን|ተስፋይ|ሚካኤል|ዮናስ|ኪዳን|ብርሃነ|ኤልሳ|ራሄል|መሓመድ|ሳራ|ዳዊት|ኣብርሃም|ሰምሃር"
    r"|রহিমা|ফাতেমা|করিম|রহিম|আয়েশা|মোহাম্মদ|হাসান|শাহানা|নাসরিন|আমিনা"
)

STREET_BEFORE = (  # the street's name follows
    r"rue|avenue|av\.?|boulevard|bd|allée|allee|impasse|chemin|quai|cours|place|square|villa|cité"
    r"|calle|c/|avenida|avda\.?|plaza|paseo|camino|carrera|travesía|barrio|via|viale|piazza"
    r"|rruga|rr\.|rrugica|bulevardi|lagjja|lagja|sheshi"
    r"|jidka|jid|waddada|wadada|dariiqa|xaafadda|xafada"
    r"|вулиц[яіею]|вул\.?|проспект[іу]?|просп\.?|бульвар[іу]?|провул(?:ок|ку)|площ[аі]"
    r"|улиц[аыеу]|ул\.?|проспекте|переул(?:ок|ке)|пер\.|площадь|шоссе|набережная"
    r"|straße|strasse|ulica|ulici|utca|strada|str\.?"
)
STREET_AFTER = (  # the street's name stands before
    r"street|st\.?|road|rd\.?|avenue|ave\.?|lane|drive|close|court|crescent|terrace|gardens|way"
    r"|sokak|sokağı|sokağında|sok\.?|sk\.?|cadde|caddesi|caddesinde|cad\.?|cd\.?|bulvarı|mahallesi"
    r"|mah\.?|apartmanı|apt\.?|sitesi|straße|strasse|gasse|weg|platz|allee|straat|gatan"
)
STREET_END = (
    r"stra(?:ß|ss)e|str\.|gasse|gässchen|straat|laan|gatan|vägen|gade|allee|platz|weg|ring|ufer"
)
STREET_PLAIN = (  # scripts without capitals: a number, or a name, stands near
    r"شارع|بشارع|زقاق|حارة|حي|طريق|ساحة|نهج|زنقة"
    r"|خیابان|کوچه|کوچۀ|بلوار|میدان|سرک|چهارراه|ناحیه|محله"
    r"|کوڅه|کوڅې|سړک|واټ|ناحیې|چوک"
    r"|گلی|سڑک|روڈ|محلہ|سیکٹر|بلاک|کالونی"
    r"|ጎደና|ጐደና|መንገዲ|ጽርግያ|ከባቢ|ዞባ|ቀበሌ"
    r"|রোড|সড়ক|গলি|লেন|পাড়া|মহল্লা|সেক্টর|ব্লক"
)
HOUSE = (  # a number follows, or stands before
    r"house|flat|apartment|apt\.?|building|bldg\.?|block|room|unit|floor|door|entrance|staircase"
    r"|number|no\.|nr\.?|n°|nº|№|num\.?|numéro|número|numri|numër|numara(?:sı)?|no:"
    r"|appartement|appart\.?|immeuble|bâtiment|bât\.?|maison|étage|porte|escalier|chambre"
    r"|casa|piso|puerta|portal|edificio|escalera|apartamento|bloque|planta"
    r"|shtëpia|shtëpinë|banesa|pallati|apartamenti|hyrja|kati|dera"
    r"|guri|guriga|lambar(?:ka)?|lam\.|dabaqa|qolka|dhismaha"
    r"|kat|daire|bina|kapı|blok|apartman|ev"
    r"|буд\.?|будинок|будинку|кв\.?|квартир[аиі]|під['’]їзд|поверх|д\.|дом|доме|дома|подъезд|этаж|корпус|корп\.?"
    r"|wohnung|haus|stiege|top|tür|stock|hausnummer|zimmer"
    r"|رقم|بيت|البيت|منزل|المنزل|شقة|الشقة|عمارة|العمارة|بناية|البناية|الطابق|طابق|باب|مبنى|غرفة"
    r"|پلاک|شماره|خانه|خانهٔ|واحد|طبقه|طبقهٔ|ساختمان|بلاک|اپارتمان|آپارتمان|منزل"
    r"|کور|کور نمبر|نمبر|منزل|پوړ|کوټه|دروازه"
    r"|مکان|گھر|فلیٹ|منزل|عمارت|کمرہ"
    r"|ቁጽሪ|ቑጽሪ|ገዛ|ቤት ቁጥር|ቤት|ህንጻ|ደብሪ|ክፍሊ|ኣፓርታማ"
    r"|বাড়ি|বাড়ি নং|বাসা|ফ্ল্যাট|তলা|নম্বর|নং|ভবন|ঘর"
)
ZH_ADDRESS = (
    r"[\w]{1,12}(?:路|街|巷|弄|道|胡同|小区|村)\s?\d+|\d+\s?(?:号楼|号|弄|栋|幢|单元|室|楼)"
)
LINES = (  # "bus number 12" is no home
    r"bus|tram|line|train|metro|subway|ligne|línea|linea|autobús|autobus|linja|hat|otobüs|tramvay|metrosu"
    r"|автобус[аеіу]?|трамва[йюяе]|тролейбус|троллейбус|маршрут[каи]*|лін[іи]я|лини[яи]|метро|u-bahn|s-bahn|buses|linie"
    r"|باص|الباص|حافلة|الحافلة|ترام|الترام|خط|الخط|مترو|اتوبوس|بس|ملی بس|بسونو|ٹرام|ኣውቶቡስ|ኣውቶብስ|መስመር|বাস|বাসে|公交|路公交|路车"
    r"|baska|baskii|tareenka|tareen|autobusi|autobusin|tramvaji"
)

MONTHS = (
    r"january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    r"|janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
    r"|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık"
    r"|januar|jänner|februar|märz|juni|juli|oktober|dezember"
    r"|janar|shkurt|prill|maj|qershor|korrik|gusht|shtator|tetor|nëntor|dhjetor"
    r"|janaayo|jannaayo|feebarwari|febraayo|maarso|abriil|maajo|juun|luulyo|agoosto|sebteembar|oktoobar|nofeembar|diseembar"
    r"|січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня"
    r"|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
    r"|يناير|فبراير|مارس|أبريل|ابريل|مايو|يونيو|يوليو|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر"
    r"|كانون الثاني|كانون الأول|شباط|آذار|اذار|نيسان|أيار|ايار|حزيران|تموز|آب|أيلول|ايلول|تشرين"
    r"|فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند"
    r"|حمل|ثور|جوزا|سرطان|اسد|سنبله|میزان|عقرب|قوس|جدی|دلو|حوت|وری|غویی|غبرګولی|چنګاښ|زمری|وږی|تله|لړم|لیندۍ|مرغومی|سلواغه|کب"
    r"|جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر"
    r"|ጥሪ|ለካቲት|መጋቢት|ሚያዝያ|ግንቦት|ሰነ|ሓምለ|ነሓሰ|መስከረም|ጥቅምቲ|ሕዳር|ታሕሳስ"
    r"|জানুয়ারি|ফেব্রুয়ারি|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর"
)
BORN = (
    r"born|birth(?:day|date)?|née?|naissance|naci(?:do|da|ó)?|nacimiento|geboren|geburtstag|lindur|linda|datëlindja"
    r"|dhashay|dhalatay|doğum(?:lu|luyum)?|doğdum|народи(?:вся|лася|лась)|нар\.|родил(?:ся|ась)|рожд\w*"
    r"|مواليد|ولدت|ولد|وُلدت|ميلاد(?:ي|ها|ه)?|متولد|تولدم?|زیږېدل\w*|زېږېدل\w*|پیدا ہو\w*|پیدائش|ተወሊ\w*|জন্ম\w*|出生"
)

SCHOOL_BEFORE = (
    r"école|ecole|collège|lycée|crèche|maternelle|groupe scolaire|escuela|colegio|instituto|liceo|guardería|ceip|ies"
    r"|shkolla|shkollën|gjimnazi|gjimnazin|kopshti|kopshtin|dugsiga|iskuulka|iskoolka|jaamacadda"
    r"|школ[аиіуыеою]+|ліце[йїю]|лице[йея]|гімназі[яїю]|гимнази[яию]|садок|садку|садик|детск(?:ий|ого) сад|дитячий садок"
    r"|schule|volksschule|gymnasium|kita|school|university|college|kindergarten|nursery"
)
SCHOOL_AFTER = (
    r"school|primary|elementary|high school|secondary|college|academy|kindergarten|nursery|university"
    r"|ilkokulu(?:nda|nun)?|ortaokulu(?:nda|nun)?|lisesi(?:nde|nin)?|okulu(?:nda|nun)?|anaokulu|kreşi|üniversitesi"
    r"|schule|gymnasium|volksschule|kindergarten"
)
SCHOOL_PLAIN = (
    r"مدرسة|بمدرسة|ثانوية|إعدادية|ابتدائية|روضة|حضانة|جامعة|معهد|مدرسه|دبستان|دبیرستان|لیسه|لېسه|مکتب|پوهنتون|دانشگاه|مهدکودک"
    r"|ښوونځی|ښوونځي|د ښوونځی|اسکول|سکول|کالج|یونیورسٹی|ቤት ትምህርቲ|ቤት-ትምህርቲ|ቤት ትምህርት|ዩኒቨርሲቲ|መዋእለ ህጻናት"
)
SCHOOL_PLAIN_AFTER = r"اسکول|سکول|کالج|ښوونځی|ښوونځي|لېسه|لیسه|স্কুল|বিদ্যালয়|কলেজ|মাদ্রাসা|ቤት ትምህርቲ"
SCHOOL_ZH = r"[\u4e00-\u9fff\d]{2,8}(?:小学|中学|幼儿园|大学|学校)"

PLATE = (
    r"(?:number |licen[cs]e |registration )?plates?|registration|immatriculation|immatriculée?|plaque"
    r"|matrícula|placa|plaka(?:sı|lı)?|targa|targat|taargo|taargada|nummernschild|kennzeichen"
    r"|номер(?:и|ом)? (?:машини|авто|автомобіля|машины|автомобиля)|держномер|госномер|номерной знак"
    r"|لوحة|لوحتها|رقم السيارة|رقم سيارته|نمرة|پلاک|نمبر پلیټ|پلېټ|پلیټ نمبر|نمبر پلیٹ|گاڑی نمبر|گاڑی کا نمبر"
    r"|ታርጋ|ሰሌዳ|নম্বর প্লেট|গাড়ির নম্বর|গাড়ি নম্বর|车牌(?:号)?"
)

ACCOUNTS = (
    r"insta(?:gram)?|telegram|whats\s?app|snap(?:chat)?|tik\s?tok|facebook|fb|viber|signal|skype|messenger|imo|wechat|line id"
    r"|انستغرام|انستا|اینستاگرام|واتساب|واتس|واتساپ|تلغرام|تيليجرام|تلگرام|فيسبوك|فیسبوک|سناب|ټلګرام|فېسبوک|فیس بک|انسٹاگرام|واٹس ایپ"
    r"|инстаграм|телеграм|вайбер|вотсап|ватсап|фейсбук|ኢንስታግራም|ፌስቡክ|ቴሌግራም|ዋትስኣፕ|ফেসবুক|হোয়াটসঅ্যাপ|微信(?:号)?"
)
AT = r"@|\(at\)|\[at\]|\(a\)|arobase|arroba|собака|کړۍ|آت|ات"
DOT = r"\.|\bdot\b|\bpoint\b|\bpunto\b|точка|крапка|دوت|نقطة|نقطه"

DIGITS = (  # 0 to 9 as words, for a number that is written out
    "zero one two three four five six seven eight nine oh",
    "zéro zero un deux trois quatre cinq six sept huit neuf",
    "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "zero një dy tre katër pesë gjashtë shtatë tetë nëntë",
    "eber kow hal laba saddex afar shan lix toddoba siddeed sagaal",
    "нуль один два три чотири п'ять п’ять шість сім вісім дев'ять дев’ять",
    "ноль один два три четыре пять шесть семь восемь девять",
    "null eins zwei zwo drei vier fünf sechs sieben acht neun",
    "صفر واحد اثنان اثنين ثلاثة اربعة أربعة خمسة ستة سبعة ثمانية تسعة",
    "صفر یک دو سه چهار پنج شش هفت هشت نه",
    "صفر یو دوه درې څلور پنځه شپږ اووه اته نهه",
    "صفر ایک دو تین چار پانچ چھ چھے سات آٹھ نو",
    "ዜሮ ባዶ ሓደ ክልተ ሰለስተ ኣርባዕተ ሓሙሽተ ሽዱሽተ ሸውዓተ ሸሞንተ ትሽዓተ",
    "শূন্য এক দুই তিন চার পাঁচ ছয় সাত আট নয়",
)

# Words that stand behind a street, a school or a title and are no name.
NO_NAME = _listed(
    "هو هي هذا هذه ذلك التي الذي في من على إلى الى عن مع لا ما لم لن كان كانت قد مظلم مظلمة ضيق ضيقة طويل "
    "طويلة كبير كبيرة صغير صغيرة مزدحم هادئ جديدة جديد قريبة قريب بعيدة بعيد آمن آمنة غير و أو او أن ان "
    "بعد قبل کنار نزدیک تاریک خلوت شلوغ است هست نیست را با در از به که و ما من خیلی شب روز امن اینجا آنجا "
    "دور باریک بزرگ کوچک تنها ها های ای هایی می نمی برای بود ما‌ هم یا اصلی جدید قدیم بسته باز کې ته له "
    "نه دی ده دي او چې ډېر ډېره تیاره تنګ تنګه لوی لویه نږدې لرې شته نشته هلته دلته په د مو زموږ خلک رات "
    "دن شام صبح میں پر کے کی کا سے کو ہے ہیں تھا تھی اور بہت اندھیری اندھیرا تنگ خالی قریب دور بڑی چھوٹی "
    "نہیں بھی یہ وہ جہاں بند کھلی ኣሎ የለን እዩ እያ ድማ ግን ኣብ ናብ ካብ ምስ ንኣይ ጸልማት ጸቢብ ገፊሕ ሰብ ብዙሕ የብሉን ጥቓ ርሑቕ ኣብኡ "
    "ኣለዉ ለይቲ ቀረባ ርሕቕቲ ጸልሚቱ ጸጥ ኣዝዩ ይኹን میرا میرے میری ہمارا ہمارے ہماری اپنا اپنے اپنی بڑا আমার আমাদের "
    "তোমার বড় ছোটো কোন সেই অন্ধকার ফাঁকা সরু বড় ছোট কাছে দূরে আছে নেই ছিল খুব এবং ও থেকে পর্যন্ত একা "
    "বন্ধ খোলা কোনো যেখানে "
)
# Capitalised, and no name of a person.
NO_PERSON = _listed(
    "street road avenue lane square park station market bridge mall centre center hospital school church "
    "mosque library university town city hall north south east west central main old new upper lower bus "
    "tram metro line bahnhof hauptbahnhof platz strasse straße markt brücke kirche schule gare parc pont "
    "marché place mairie rue estación parque puente mercado plaza centro ayuntamiento iglesia calle "
    "вокзал парк ринок рынок міст мост площа площадь станція станция центр метро вулиця улица istasyonu "
    "parkı meydanı köprüsü çarşısı hastanesi stacioni parku ura sheshi tregu qendra xarunta suuqa "
    "buundada saldhigga jardin forest river lake hotel bank museum monday tuesday wednesday thursday "
    "friday saturday sunday islam ramadan eid christmas europe red cross january february march april "
    "june july august september october november december european union "
)
# Words that begin a sentence with a capital before a name that is a place's.
OPENERS = _listed(
    "the a an at in on near by behind before after under over from to when where while if because there "
    "here my our no not i we it he she they this that some many men people and but or only every all one "
    "two at around outside inside le la les un une des du de à au aux dans sur sous près derrière devant "
    "après avant quand où si il elle on nous je ce cette ces mon ma mes pas et mais chez vers el los las "
    "una en cerca detrás delante después antes cuando donde si mi no yo hay por para con der die das ein "
    "eine am im in an auf bei hinter vor nach wenn wo ich wir es nachts abends në afër pas para kur ku "
    "unë ne nuk ka këtu atje tek te mbi nën ku markii meesha agagaarka halkan waxaan waa в у на біля коло "
    "за під після перед коли де я ми тут там не є возле около под после когда где мы есть нет bu şu o ben "
    "biz burada orada gece akşam her bir yanında "
)
# Openers after which a capital may be a person after all: "when Karim", "and Karim".
BEFORE_PERSONS = _listed(
    "when where while if because and but or that they he she we i it quand où si et mais il elle cuando "
    "donde y pero wenn wo und aber kur ku dhe por коли де і й але когда где и но а ve ama "
)
