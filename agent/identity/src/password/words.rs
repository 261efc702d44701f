//! Words that many take for a password: one, two or three of them with a year are what is tried first.
//! In each list the commonest first.

/// Names by which everybody reaches the box.
pub(super) const HOSTS: &[&str] = &["gatehouse.internal", "crm.gatehouse.internal", "https", "www"];

/// All of them.
pub(super) fn all<'a>() -> impl Iterator<Item = &'a str> {
    let lists = [THINGS, ENGLISH, GERMAN, FRENCH, PINYIN, CHINESE, KEYS];
    lists.into_iter().flat_map(str::split_whitespace)
}

/// Of what stands on the desk: this box, computers, accounts, in every language.
const THINGS: &str = "\
    gatehouse firewall router gateway server network netzwerk wifi wlan internet computer \
    windows linux crm vpn root admin administrator user login account konto system security \
    sicherheit test demo default changeme";

/// What English speakers begin a password with.
const ENGLISH: &str = "\
    password passwd passw0rd passphrase welcome hello letmein secret company business office \
    work team boss manager sales service support customer customers contact contacts our this \
    that new home house family love iloveyou mother father baby friend friends happy lucky good \
    god jesus angel princess sunshine summer winter spring autumn fall january february march \
    april june july august september october november december monday tuesday wednesday thursday \
    friday saturday sunday dragon monkey shadow master superman batman football baseball soccer \
    tiger lion eagle star stars starwars pokemon coffee chocolate money dollar london berlin \
    paris newyork germany china america europe england birthday christmas newyear today tomorrow \
    forever always never mypassword";

/// And German ones.
const GERMAN: &str = "\
    passwort kennwort losungswort willkommen hallo guten morgen moin servus geheim firma firmen \
    unternehmen betrieb büro buero arbeit chef team kunde kunden kontakt kontakte kundendaten \
    verwaltung mein meine meiner meinem unser unsere unserer neu neue neues dein deine das ist \
    die der mit und für fuer ich liebe liebling dich schatz schatzi hase mausi engel familie \
    mama papa oma opa mutter vater haus garten zuhause heimat urlaub sommer winter frühling \
    fruehling frühjahr herbst januar februar märz maerz april juni juli august september oktober \
    november dezember montag dienstag mittwoch donnerstag freitag samstag sonntag hund katze \
    pferd fussball bayern borussia schalke werder berlin hamburg münchen muenchen köln koeln \
    frankfurt stuttgart düsseldorf deutschland österreich oesterreich schweiz europa sonne \
    sonnenschein stern sterne blume rose glück glueck geburtstag weihnachten ostern silvester \
    neujahr auto mercedes porsche volkswagen kaffee schokolade bier geld sparkasse bank rechnung \
    heute immer";

/// French, Spanish, Italian.
const FRENCH: &str = "\
    motdepasse bonjour bienvenue soleil amour jetaime secret entreprise société societe bureau \
    client clients maison famille chocolat printemps automne hiver janvier février fevrier \
    juillet août septembre octobre novembre décembre decembre france marseille contraseña \
    contrasena clave hola bienvenido empresa negocio oficina cliente clientes teamo amor familia \
    verano invierno primavera otoño enero febrero marzo mayo junio julio agosto septiembre \
    octubre noviembre diciembre españa barcelona madrid benvenuto ciao azienda ufficio segreto \
    amore italia roma milano juventus estate inverno";

/// Chinese in pinyin, with numbers that sound like words.
const PINYIN: &str = "\
    mima wodemima wode women woaini woaini1314 woaini520 5201314 1314520 1314521 520 521 1314 \
    aini woaiwojia nihao huanying gongsi qiye bangong bangongshi guanli guanliyuan laoban jingli \
    kehu lianxiren zhongguo zhonghua beijing shanghai guangzhou shenzhen chengdu hangzhou \
    chongqing wuhan nanjing tianjin xian baobei baobao laopo laogong mama baba jiejie gege didi \
    meimei haizi xiaobao pengyou chuntian xiatian qiutian dongtian xinnian chunjie kuaile \
    shengri zhongqiu guoqing xingyun facai gongxi gongxifacai jintian mingtian yongyuan aiqing \
    tianshi wangluo diannao taobao weixin alibaba caonima";

/// And in characters.
const CHINESE: &str = "\
    密码 口令 我的 我们 我爱你 管理员 管理 公司 企业 办公室 客户 联系人 防火墙 网络 电脑 系统 安全 用户 \
    账号 登录 登陆 中国 北京 上海 广州 深圳 成都 杭州 重庆 武汉 南京 你好 欢迎 老板 经理 宝贝 宝宝 老婆 \
    老公 妈妈 爸爸 孩子 朋友 春天 夏天 秋天 冬天 新年 春节 快乐 生日 中秋 国庆 幸运 发财 今天 明天 永远 \
    爱情 天使 微信 淘宝 一生一世";

/// Walks over the keyboard.
const KEYS: &str = "\
    qwerty qwertz azerty asdfgh asdf yxcv zxcv zxcvbn qweasd qwe asd zxc qaz wsx edc 1qaz 2wsx \
    3edc 4rfv 5tgb zaq1 xsw2 1q2w3e4r q1w2e3r4 asd123 qwe123 a123456 aa123456 abc123 abcd abc";
